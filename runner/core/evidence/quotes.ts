import { truncateText, visible } from '../base/format.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { valueAt } from '../expression/template.ts';
import type { Evidence } from '../model/run-result.ts';
import { OWN_ATTRIBUTES } from '../taps/propagation.ts';

/** The fields of a kind's evidence that hold a system's error message, best first; `*`: the whole. */
export type QuotedFields = readonly string[];

/** The most lines of one step. */
export const MOST_LINES = 5;
/** The longest line, in characters. */
const LONGEST_LINE = 200;
/** The most lines of one text: of a log its errors, or its end. */
const MOST_OF_TEXT = 3;
/** Only so much of a text is searched at its beginning, and at its end, in characters. */
const LONGEST_SEARCH = 4_000;
/** Values that are searched for an error field. */
const MOST_VALUES = 500;
const MOST_DIFFERENCES = 4;
/** Fields quoted without their name. */
const UNLABELLED: ReadonlySet<string> = new Set(['*', 'body', 'detail', 'message']);

/** Names of error fields, in any spelling. */
const ERROR_FIELD = /error|exception|fault|cause|reason|message|detail|title|description|problem/i;
/** Words that mark a log line as an error. */
const ERROR_LINE = /error|exception|fail|fatal|denied|refused|invalid|timed out|not found/i;
/** Lines of the Lambda platform, present in every log. */
const PLATFORM_LINE = /^(?:START|END|REPORT) RequestId:/;

/**
 * Lines that name the fault, from the evidence of a step that did not pass. The evidence must be redacted before: a truncated secret cannot
 * be found any more.
 */
export function quotesOf(evidence: readonly Evidence[], fields: QuotedFields): readonly string[] {
  const lines = evidence.flatMap(({ data }) => fields.flatMap((field) => linesAt(data, field)));
  return [...new Set(lines)].slice(0, MOST_LINES);
}

/** The difference of two things where one was expected, but for what identifies each, as a line; undefined for a single one. */
export function differenceOf([one, other]: readonly Evidence[]): string | undefined {
  if (one === undefined || other === undefined) return undefined;
  const left = leavesOf(one.data);
  const right = leavesOf(other.data);
  const identifies = (path: string): boolean =>
    isIdOf(left.get(path), one.id) && isIdOf(right.get(path), other.id);
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  const differing = paths.filter(
    (path) => textOf(left.get(path)) !== textOf(right.get(path)) && !identifies(path),
  );
  if (differing.length === 0) return 'the first two are alike, but for their ids';
  const shown = differing
    .slice(0, MOST_DIFFERENCES)
    .map((path) => `${path} ${formatValue(left.get(path))} and ${formatValue(right.get(path))}`.trim());
  const more = differing.length - shown.length;
  return line(`the first two differ: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`);
}

/** True for the ARN of an execution, the id of an event, the number of a record in its shard. The keys of an item say more. */
function isIdOf(value: Json | undefined, id: string): boolean {
  return typeof value === 'string' && value !== '' && (value === id || id.endsWith(`/${value}`));
}

function linesAt(data: Json, field: string): readonly string[] {
  const value = withoutOurs(field === '*' ? data : valueAt(data, [field]));
  if (value === undefined || value === null || value === '') return [];
  const label = UNLABELLED.has(field) ? '' : `${field}: `;
  return (typeof value === 'string' ? linesOfText(value) : linesOfValue(value)).map((one) =>
    line(`${label}${one}`),
  );
}

/** Our own correlation fields are dropped, and so is a map of nothing else, such as `metadata`. */
function withoutOurs(value: Json | undefined): Json | undefined {
  if (!isJsonMap(value)) return value;
  const theirs = Object.entries(value).filter(([name, member]) => !OURS.has(name) && !isOurs(member));
  return theirs.length === 0 ? undefined : Object.fromEntries(theirs);
}

function isOurs(value: Json): boolean {
  if (!isJsonMap(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => OURS.has(name));
}

const OURS: ReadonlySet<string> = new Set(OWN_ATTRIBUTES);

/** The error lines of a text, or its last ones: the end of a log usually shows why the function ended. */
function linesOfText(text: string): readonly string[] {
  const ends =
    text.length > 2 * LONGEST_SEARCH
      ? `${text.slice(0, LONGEST_SEARCH)}\n${text.slice(-LONGEST_SEARCH)}`
      : text;
  const whole = /^\s*</.test(ends) ? ends.replace(/<[^<>]*>/g, ' ') : ends;
  const lines = whole
    .split(/[\r\n]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '' && !PLATFORM_LINE.test(one));
  const named = lines.filter((one) => ERROR_LINE.test(one));
  return named.length > 0 ? named.slice(0, MOST_OF_TEXT) : lines.slice(-MOST_OF_TEXT);
}

/** Short JSON whole; otherwise its error fields, or its beginning. */
function linesOfValue(value: Json): readonly string[] {
  const text = JSON.stringify(value);
  if (text.length <= LONGEST_LINE) return [text];
  const named = [...leavesOf(value)].filter(
    ([path, leaf]) => ERROR_FIELD.test(path) && typeof leaf === 'string',
  );
  if (named.length === 0) return [text];
  return named.slice(0, MOST_OF_TEXT).map(([path, leaf]) => `${path}: ${String(leaf)}`);
}

/** The scalars in a value by their paths, up to the limit. */
function leavesOf(value: Json): ReadonlyMap<string, Json> {
  const leaves = new Map<string, Json>();
  const open: [path: string, value: Json][] = [['', value]];
  for (let count = 0; count < MOST_VALUES; count += 1) {
    const next = open.pop();
    if (next === undefined) break;
    const [path, one] = next;
    if (isJsonList(one) || isJsonMap(one)) open.push(...membersOf(path, one).toReversed());
    else leaves.set(path, one);
  }
  return leaves;
}

function membersOf(path: string, value: readonly Json[] | JsonMap): readonly [string, Json][] {
  if (isJsonList(value)) return value.slice(0, MOST_VALUES).map((member, n) => [`${path}[${n}]`, member]);
  const members = Object.entries(value).slice(0, MOST_VALUES);
  return members.map(([key, member]) => [path === '' ? key : `${path}.${key}`, member]);
}

function formatValue(value: Json | undefined): string {
  return value === undefined ? 'missing' : truncateText(textOf(value), 40);
}

function textOf(value: Json | undefined): string {
  return JSON.stringify(value) ?? '';
}

/** One line in which nothing is hidden. */
function line(text: string): string {
  return truncateText(visible(text.replace(/[\s\u0085]+/g, ' ')).trim(), LONGEST_LINE);
}
