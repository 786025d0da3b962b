import { visible } from '../../core/base/format.ts';
/** Something wrong, or doubtful, at one place of one file. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** The rule's name, for filters. */
  readonly rule: string;
  readonly message: string;
  /** The remedy. */
  readonly hint: string;
  /** Length of the range in the line, in characters. */
  readonly length: number;
  readonly excerpt: string;
}

export interface SourceFile {
  /** Its path in messages. */
  readonly path: string;
  readonly text: string;
}

/** A range of a text, in characters from its beginning. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Content of a diagnostic, without its position. */
export interface Issue {
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

/** The rule of a key without a value. */
export const EMPTY = 'empty';
/** The rule of a secret that is written out. */
export const SECRET = 'secret';

export class Report {
  readonly file: SourceFile;
  #lineStarts: readonly number[] | undefined;
  readonly #found: Diagnostic[] = [];
  readonly #settled: Span[] = [];

  constructor(file: SourceFile) {
    this.file = file;
  }

  /** A line with a written secret is shown without it, whatever else is wrong in that line: output of CI is read by many. */
  get diagnostics(): readonly Diagnostic[] {
    const secrets = Map.groupBy(
      this.#found.filter(({ rule }) => rule === SECRET),
      ({ line }) => line,
    );
    return this.#found.map((one) => {
      const starts = secrets.get(one.line)?.map(secretStart);
      return starts === undefined ? one : { ...one, excerpt: hiddenFrom(one.excerpt, Math.min(...starts)) };
    });
  }

  /** True when something in the file is wrong, not only doubtful. */
  get faulty(): boolean {
    return this.#found.some(({ severity }) => severity === 'error');
  }

  error(at: Span, fault: Issue): void {
    const echo = this.#settled.some(({ start, end }) => start <= at.start && at.end <= end);
    if (!echo) this.#add('error', at, fault);
  }

  /** Reports an error and suppresses all further ones in that range, as its consequences. */
  settle(at: Span, fault: Issue, over: Span = at): void {
    this.error(at, fault);
    this.#settled.push(over);
  }

  /** Removes the report of an empty value, because the next key was meant to be in it. */
  withdrawEmpty(at: Span): void {
    const { line } = this.positionOf(at.start);
    const index = this.#found.findIndex((one) => one.rule === EMPTY && one.line === line);
    if (index >= 0) this.#found.splice(index, 1);
  }

  warning(at: Span, fault: Issue): void {
    this.#add('warning', at, fault);
  }

  /** Line and column of a place, both from 1. */
  positionOf(offset: number): { readonly line: number; readonly column: number } {
    this.#lineStarts ??= lineStartsOf(this.file.text);
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (this.#lineStarts[line] as number) + 1 };
  }

  #add(severity: Diagnostic['severity'], at: Span, fault: Issue): void {
    const start = Math.min(at.start, this.file.text.length);
    const { line, column } = this.positionOf(start);
    const excerpt = (this.file.text.slice(start - column + 1).split('\n', 1)[0] as string).replace(/\r$/, '');
    const length = Math.max(1, Math.min(at.end - at.start, excerpt.length - column + 1));
    this.#found.push({ file: this.file.path, line, column, severity, ...fault, length, excerpt });
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** The place of a written secret in its line: the range of its diagnostic is the secret, or its key. */
function secretStart({ excerpt, column, length }: Diagnostic): number {
  const start = column - 1;
  const colon = /^\s*:\s*/.exec(excerpt.slice(start + length));
  return colon === null ? start : start + length + colon[0].length;
}

function hiddenFrom(line: string, start: number): string {
  return line.slice(0, start) + line.slice(start).replace(/\S/g, '*');
}

const LONGEST_EXCERPT = 160; // characters; a longer line is shown in part, around the fault

/** Formats a diagnostic: position, message, the line, a caret, the remedy. */
export function formatDiagnostic({
  file,
  line,
  column,
  severity,
  message,
  hint,
  length,
  excerpt,
}: Diagnostic): string {
  const from = excerpt.length <= LONGEST_EXCERPT ? 0 : Math.max(0, column - 1 - LONGEST_EXCERPT / 2);
  const shown = visible(excerpt.slice(from, from + LONGEST_EXCERPT).replaceAll('\t', ' '));
  const carets = '^'.repeat(Math.max(1, Math.min(length, LONGEST_EXCERPT - (column - 1 - from))));
  const number = String(line).padStart(5);
  const gutter = ' '.repeat(number.length);
  const head = `${file}:${line}:${column}  ${severity}: ${visible(message)}`;
  return `${head}\n${number} | ${shown}\n${gutter} | ${' '.repeat(column - 1 - from)}${carets} ${visible(hint)}`;
}

/** Sorted by file, line and column, each once. */
export function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map(
    diagnostics.map((one) => [`${one.file}:${one.line}:${one.column}:${one.message}`, one]),
  );
  return [...unique.values()].toSorted(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
