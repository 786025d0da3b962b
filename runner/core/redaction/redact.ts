import { isNumeric, type Numeric, numberText, scalarText } from '../base/numbers.ts';
import { encodingsOf, memberTexts, SHORTEST_SECRET } from './encodings.ts';
import { Needles, SHORTEST_NEEDLE, type Span } from './needles.ts';

/** Removes secrets from all output of the process. */
export interface Redactor {
  text(value: string): string;
  /** The same value with every text in it, keys included, redacted. Maps and lists are copied; the rest is kept. */
  deep<T>(value: T): T;
}

/** The secrets of a run, as a kind of step sees them. */
export interface SecretTexts {
  /** True for a text with a value that is masked in output: it stays at the place that the file sends it to. */
  holdsSecret(text: string): boolean;
  /** Masks a text from now on, in everything that the run prints, stores or sends. */
  learnSecret(text: string): void;
}

/** The secrets known to the process so far. */
export interface Secrets {
  /** Masks all secrets known at the time of use, including those learned after the redactor was created. */
  readonly redactor: Redactor;
  /**
   * Registers a secret for redaction. One shorter than {@link SHORTEST_SECRET} is ignored. With `evenShort`, {@link SHORTEST_NEEDLE} characters
   * are enough: other texts may then be masked by chance.
   */
  learn(secret: string, options?: { readonly evenShort: boolean }): void;
  /** Registers a short member of a secret, which is masked only next to its key. One without a key is ignored. */
  learnMember(key: string, value: string): void;
}

/** The shortest text of a key and its value that is searched for: shorter ones stand in any text. */
const SHORTEST_MEMBER = 6;

/** Replacement of a secret. */
export const MASK = '***';

/** For a run that knows no secrets. */
export const NO_SECRETS: Redactor = { text: (value) => value, deep: (value) => value };

/** Secrets known at the start, and those learned later. */
export function secretsOf(known: readonly string[] = []): Secrets {
  const raw = new Set<string>();
  const needles = new Needles();
  const learn: Secrets['learn'] = (secret, { evenShort } = { evenShort: false }) => {
    const shortest = evenShort ? SHORTEST_NEEDLE : SHORTEST_SECRET;
    if (secret.length < shortest || raw.has(secret)) return;
    raw.add(secret);
    for (const spelling of encodingsOf(secret, shortest)) needles.add(spelling);
  };
  const members = new Map<string, Set<string>>();
  const learnMember = (key: string, value: string): void => {
    const values = members.get(key) ?? new Set<string>();
    if (key === '' || value === '' || values.has(value)) return;
    members.set(key, values.add(value));
    for (const text of memberTexts(key, value)) if (text.length >= SHORTEST_MEMBER) needles.add(text);
  };
  for (const secret of known) learn(secret);
  return { redactor: redactorFor({ raw, members, needles }), learn, learnMember };
}

/** A redactor that finds secrets raw and in common encodings (reliability figures, Y4): in the text itself, and in its decodings. */
export function redactorOf(secrets: readonly string[]): Redactor {
  return secrets.length === 0 ? NO_SECRETS : secretsOf(secrets).redactor;
}

interface Known {
  readonly raw: ReadonlySet<string>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly needles: Needles;
}

function redactorFor({ raw, members, needles }: Known): Redactor {
  const text = (value: string): string => {
    if (value.length < SHORTEST_NEEDLE || raw.size + members.size === 0) return value;
    const spans = needles.spansIn(value);
    return spans.length === 0 ? value : masked(value, spans);
  };
  // A number is a secret only as a whole: its digits would be found in moments and durations.
  const number = (value: Numeric): unknown => (raw.size > 0 && raw.has(numberText(value)) ? MASK : value);
  const isMember = (key: string, value: unknown): boolean => {
    const known = members.get(key);
    return known !== undefined && known.has(scalarText(value) ?? '');
  };
  return { text, deep: (value) => deepText(value, { text, number, isMember }) };
}

/** The text with a mask over each span; adjacent spans share one. */
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
  isMember(key: string, value: unknown): boolean;
}

function deepText<T>(value: T, cleaning: Cleaning): T {
  if (typeof value === 'string') return cleaning.text(value) as T;
  if (isNumeric(value)) return cleaning.number(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element: unknown) => deepText(element, cleaning)) as T;
  // Each result of each run comes here: a loop takes half the time of entries that are mapped.
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member: unknown = value[key as keyof T];
    const clean = cleaning.isMember(key, member) ? MASK : deepText(member, cleaning);
    const name = cleaning.text(key);
    if (name === '__proto__') Object.defineProperty(copy, name, { value: clean, ...OWN });
    else copy[name] = clean;
  }
  return copy as T;
}

/** As a member that is assigned: JSON may have one that is called `__proto__`. */
const OWN = { enumerable: true, configurable: true, writable: true } as const;
