import { type Diagnostic, formatDiagnostic } from './diagnostics.ts';

/** A fault in more files than this is printed once. */
const MOST_ALIKE = 3;
/** Names of the other files that are printed. */
const FILES_LISTED = 3;

/** Formats diagnostics, in their order. A fault that stands alike in many files is printed once, with the number of the others. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const alike = Map.groupBy(diagnostics, ({ severity, message, hint }) => `${severity} ${message} ${hint}`);
  return [...alike.values()]
    .flatMap((group) => {
      const [first] = group;
      const files = [...new Set(group.map(({ file }) => file))];
      if (first === undefined || files.length <= MOST_ALIKE) return group.map((one) => ({ one, others: '' }));
      return [{ one: first, others: othersIn(files.slice(1)) }];
    })
    .toSorted((a, b) => diagnostics.indexOf(a.one) - diagnostics.indexOf(b.one))
    .map(({ one, others }) => `${formatDiagnostic(one)}\n${others}\n`)
    .join('');
}

function othersIn(files: readonly string[]): string {
  const listed = files.slice(0, FILES_LISTED).join(', ');
  return `      the same in ${files.length} more files: ${listed}${files.length > FILES_LISTED ? ', …' : ''}\n`;
}
