import { isAbsolute, relative, resolve, sep } from 'node:path';
import { visible } from '../../runner/core/base/format.ts';

/** A message at a place of a file, as GitHub shows it next to the line. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The last column of the range. @default the first */
  readonly endColumn?: number;
  readonly title: string;
  readonly message: string;
}

/**
 * A workflow command of GitHub Actions: `::error file=…,line=…,col=…,title=…::message`. Values are escaped as the runner reads them
 * (actions/toolkit, `packages/core/src/command.ts`), so that no text ends its value or begins another command.
 */
export function formatAnnotation({
  level,
  file,
  line,
  column,
  endColumn,
  title,
  message,
}: Annotation): string {
  const range = endColumn === undefined ? '' : `,endLine=${line},endColumn=${endColumn}`;
  return `::${level} file=${property(file)},line=${line}${range},col=${column},title=${property(title)}::${data(message)}`;
}

/** A path from the root of the repository, with slashes; a path outside of it stays as it is. */
export function repositoryPath(
  file: string,
  { cwd, root }: { readonly cwd: string; readonly root: string },
): string {
  const path = relative(root, resolve(cwd, file));
  const isInside = path !== '' && !isAbsolute(path) && path.split(sep)[0] !== '..';
  return (isInside ? path : file).replaceAll(sep, '/');
}

function data(text: string): string {
  return text
    .split('\n')
    .map(visible)
    .join('\n')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
