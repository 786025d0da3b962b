import { formatAnnotation, repositoryPath } from '../../../reporters/ci/annotation.ts';
import { visibleJson } from '../../core/base/format.ts';
import { type Diagnostic, formatDiagnostics } from '../../load/index.ts';
import { repositoryRoot } from '../files/repository.ts';
import type { Io } from '../setup/io.ts';
import { sarifLog } from './sarif.ts';

/** The outcome of `validate`. */
export interface Validated {
  /** Names of the canaries without an error. */
  readonly canaries: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** The version of Coalmine. */
  readonly version: string;
}

/** The forms in which `validate` prints, by name. */
export const VALIDATE_FORMATS = {
  text: ({ canaries, diagnostics }) => `${formatDiagnostics(diagnostics)}${counts(canaries, diagnostics)}`,
  json: ({ canaries, diagnostics }) =>
    `${visibleJson({ canaries, diagnostics: diagnostics.map(asJson) }, 2)}\n`,
  github: ({ canaries, diagnostics }, { cwd, env }) => {
    const root = env['GITHUB_WORKSPACE'] ?? repositoryRoot(cwd) ?? cwd;
    const lines = diagnostics.map((one) => `${asAnnotation(one, repositoryPath(one.file, { cwd, root }))}\n`);
    return `${lines.join('')}${counts(canaries, diagnostics)}`;
  },
  sarif: ({ diagnostics, version }, { cwd }) => {
    const root = repositoryRoot(cwd) ?? cwd;
    const log = sarifLog(diagnostics, { version, pathOf: (file) => repositoryPath(file, { cwd, root }) });
    return `${visibleJson(log, 2)}\n`;
  },
} satisfies Readonly<Record<string, (validated: Validated, io: Pick<Io, 'cwd' | 'env'>) => string>>;

/** The name of a form. */
export type ValidateFormat = keyof typeof VALIDATE_FORMATS;

function asJson({ file, line, column, severity, rule, message, hint }: Diagnostic) {
  return { file, line, column, severity, rule, message, hint };
}

function asAnnotation(
  { severity, line, column, length, rule, message, hint }: Diagnostic,
  file: string,
): string {
  const range = { line, column, endColumn: column + length };
  return formatAnnotation({
    level: severity,
    file,
    ...range,
    title: `coalmine: ${rule}`,
    message: `${message}\n${hint}`,
  });
}

function counts(canaries: readonly string[], diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const counted = [
    `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'} good`,
    ...formatCount(errors, 'error'),
    ...formatCount(diagnostics.length - errors, 'warning'),
  ];
  return `${counted.join(', ')}\n`;
}

function formatCount(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
}
