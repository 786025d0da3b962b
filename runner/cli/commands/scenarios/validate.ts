import { visibleJson } from '../../../core/base/format.ts';
import { select } from '../../../library/selection.ts';
import { formatDiagnostics } from '../../../load/index.ts';
import { staleSchemas } from '../../files/stale-schemas.ts';
import { EXIT, type Io } from '../../setup/io.ts';

/** `coalmine validate`: every fault of every file at once; it needs no network and no credentials. */
export async function validate(
  paths: readonly string[],
  { format }: { readonly format: 'text' | 'json' },
  io: Io,
): Promise<number> {
  const { canaries, files, ...found } = await select(paths, io);
  const diagnostics = [...found.diagnostics, ...staleSchemas(files, io.cwd)];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (format === 'json') {
    const listed = diagnostics.map(({ file, line, column, severity, rule, message, hint }) => ({
      file,
      line,
      column,
      severity,
      rule,
      message,
      hint,
    }));
    io.stdout.write(
      `${visibleJson({ canaries: canaries.map(({ canary }) => canary.name), diagnostics: listed }, 2)}\n`,
    );
    return errors === 0 ? EXIT.good : EXIT.usage;
  }
  io.stdout.write(formatDiagnostics(diagnostics));
  const warnings = diagnostics.length - errors;
  const counted = [
    `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'} good`,
    ...formatCount(errors, 'error'),
    ...formatCount(warnings, 'warning'),
  ];
  io.stdout.write(`${counted.join(', ')}\n`);
  return errors === 0 ? EXIT.good : EXIT.usage;
}

function formatCount(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
}
