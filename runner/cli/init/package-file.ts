import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';

/** The parts of a package.json that matter here. */
export interface PackageFile {
  readonly name?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Reads a package.json; undefined for one that is no JSON object. */
export function readPackageFile(text: string): PackageFile | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true });
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return errors.length === 0 && isObject ? value : undefined;
}

/** Keys to add to a package.json, next to those that are there. */
export interface PackageAdditions {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A package.json with the additions that it lacks. Everything else stays as it is, spaces and line ends included. */
export function withAdditions(text: string, additions: PackageAdditions): string {
  return Object.entries(additions).reduce(
    (whole, [section, entries]) =>
      Object.entries(entries as PackageAdditions['scripts']).reduce(
        (before, [key, value]) => withEntry(before, section as keyof PackageAdditions, [key, value]),
        whole,
      ),
    text,
  );
}

function withEntry(
  text: string,
  section: keyof PackageAdditions,
  [key, value]: readonly [string, string],
): string {
  if (readPackageFile(text)?.[section]?.[key] !== undefined) return text;
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const insertSpaces = !indent.startsWith('\t');
  const formattingOptions = {
    insertSpaces,
    tabSize: insertSpaces ? indent.length : 1,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return applyEdits(text, modify(text, [section, key], value, { formattingOptions }));
}
