import { isNumeric, type Numeric, numberText } from './numbers.ts';
import { SHORTEST_SECRET, spellingsOf } from './secret-spellings.ts';
import { viewsOf } from './views.ts';

/** Takes secrets out of whatever is about to leave the process. */
export interface Redactor {
  text(value: string): string;
  /** The same value with every text in it, keys included, redacted. Maps and lists are copied; the rest is kept. */
  deep<T>(value: T): T;
}

/** The secrets that a process has come to know so far. */
export interface Secrets {
  /** Takes out all that are known when it is used, those that were learned after it was handed out too. */
  readonly redactor: Redactor;
  /** From now on it is taken out of everything. What is shorter than {@link SHORTEST_SECRET} is not learned. */
  learn(secret: string): void;
}

/** What stands where a secret stood. */
export const MASK = '***';

/** A text as long as this may have been cut at somebody's size limit, within a secret. */
const LONG_TEXT = 4_096;

/** The shortest beginning of a secret that is masked where a long text ends in it. */
const SHORTEST_PART = 6;

/** For a run that knows no secrets. */
export const NO_SECRETS: Redactor = { text: (value) => value, deep: (value) => value };

/** The secrets known at the start, and what is learned later. */
export function secretsOf(known: readonly string[] = []): Secrets {
  const all = new Set<string>();
  let current: Redactor | undefined;
  const learn = (secret: string): void => {
    if (secret.length < SHORTEST_SECRET || all.has(secret)) return;
    all.add(secret);
    current = undefined;
  };
  const latest = (): Redactor => (current ??= redactorOf([...all]));
  for (const secret of known) learn(secret);
  return {
    redactor: { text: (value) => latest().text(value), deep: (value) => latest().deep(value) },
    learn,
  };
}

/**
 * A redactor that finds secrets raw and in the encodings they are likely to travel in (reliability figures, Y4): in the text
 * itself, and in what it decodes to.
 */
export function redactorOf(secrets: readonly string[]): Redactor {
  if (secrets.length === 0) return NO_SECRETS;
  const raw = new Set(secrets);
  const spansIn = scannerFor([...new Set(secrets.flatMap(spellingsOf))]);
  const text = (value: string): string => {
    if (value.length < SHORTEST_SECRET) return value;
    const spans = viewsOf(value).flatMap((view) => spansIn(view.text).map(view.origin));
    return spans.length === 0 ? value : masked(value, spans);
  };
  // A number is a secret only as a whole: its digits would be found in moments and durations.
  const number = (value: Numeric): unknown => (raw.has(numberText(value)) ? MASK : value);
  return { text, deep: (value) => deepText(value, { text, number }) };
}

/** From where to where in a text, the end excluded. */
type Span = readonly [start: number, end: number];

/**
 * Finds every needle at every place, those that overlap too. The first two characters rule out nearly every place at the cost
 * of one look into a table; the first four lead to the few needles that begin so.
 */
function scannerFor(needles: readonly string[]): (text: string) => readonly Span[] {
  const firsts = new Uint8Array(65_536);
  const byStart = new Map<string, string[]>();
  for (const needle of needles.toSorted((a, b) => b.length - a.length)) {
    firsts[pairAt(needle, 0)] = 1;
    byStart.set(needle.slice(0, 4), [...(byStart.get(needle.slice(0, 4)) ?? []), needle]);
  }
  return (text) => {
    const spans: Span[] = [];
    const wholeUntil = text.length >= LONG_TEXT ? wholeLength(text) : text.length;
    for (let at = 0; at <= text.length - SHORTEST_PART; at += 1) {
      if (firsts[pairAt(text, at)] === 0) continue;
      const beginning = byStart.get(text.slice(at, at + 4)) ?? [];
      const needle = beginning.find((one) => text.startsWith(one, at));
      if (needle !== undefined) spans.push([at, at + needle.length]);
      else if (text.length >= LONG_TEXT && beginning.some((one) => endsWithin(text, at, wholeUntil, one)))
        spans.push([at, text.length]);
    }
    return spans;
  };
}

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff;
}

/** Up to where a text that was cut can be read: what may be half an escape, or half a character, is left out. */
function wholeLength(text: string): number {
  const half =
    /(?:%[c-f][0-9a-f](?:%[89ab][0-9a-f]){0,2}|(?=%))(?:%[0-9a-f]?)?$|\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?$|&#?\w{0,6}$|\ufffd$/i;
  return text.length - (half.exec(text.slice(-LONGEST_HALF))?.[0].length ?? 0);
}

const LONGEST_HALF = 12; // characters of an escape, at most

function endsWithin(text: string, at: number, wholeUntil: number, needle: string): boolean {
  return wholeUntil - at >= SHORTEST_PART && needle.startsWith(text.slice(at, wholeUntil));
}

/** The text with a mask over each span; spans that touch have one in common. */
function masked(text: string, spans: readonly Span[]): string {
  let clean = '';
  let readUntil = 0;
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (start > readUntil || readUntil === 0) clean += `${text.slice(readUntil, start)}${MASK}`;
    readUntil = Math.max(readUntil, end);
  }
  return clean + text.slice(readUntil);
}

interface Cleaning {
  text(value: string): string;
  number(value: Numeric): unknown;
}

function deepText<T>(value: T, cleaning: Cleaning): T {
  if (typeof value === 'string') return cleaning.text(value) as T;
  if (isNumeric(value)) return cleaning.number(value) as T;
  if (Array.isArray(value)) return value.map((element: unknown) => deepText(element, cleaning)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [cleaning.text(key), deepText<unknown>(member, cleaning)]),
  ) as T;
}
