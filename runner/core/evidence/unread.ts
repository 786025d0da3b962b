import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import { isBelow, isWithin } from '../matching/check-path.ts';
import { match } from '../matching/matcher.ts';
import type { Check, Evidence, Unread } from '../model/run-result.ts';

/** Stands for bytes that are no character (Unicode, section 3.9). */
export const REPLACEMENT = '\uFFFD';

/** The comparison of evidence with a pattern: `undecided` if nothing contradicts it, and part of it is unreadable. */
export type Comparison =
  | { readonly holds: 'yes' | 'no' }
  | { readonly holds: 'undecided'; readonly why: string; readonly absent: boolean };

/** Sums up the checks of a pattern on evidence. One decided check that fails is enough for a no. */
export function compare(checks: readonly Check[], { unread = [] }: Pick<Evidence, 'unread'>): Comparison {
  const reasons = checks.map((check) => ({ check, unread: reasonOf(check, unread) }));
  if (reasons.some((one) => one.unread === undefined && !one.check.ok)) return { holds: 'no' };
  const open = reasons.flatMap((one) => one.unread ?? []);
  const first = open.find(({ absent }) => absent === true) ?? open[0];
  if (first === undefined) return { holds: 'yes' };
  return { holds: 'undecided', why: first.why, absent: first.absent === true };
}

/** The checks, with the reason next to those that fail; on garbled evidence none holds. */
export function explained(
  checks: readonly Check[],
  { unread = [], notes = [] }: Pick<Evidence, 'unread' | 'notes'>,
): readonly Check[] {
  const reasons: readonly Unread[] = [...notes, ...unread];
  if (reasons.length === 0) return checks;
  return checks.map((check) => {
    const about = reasons.filter(({ path }) => isWithin(check.path, path));
    const isGarbled = about.some(({ garbled }) => garbled === true);
    if (about.length === 0 || (check.ok && !isGarbled)) return check;
    const note = [...(check.note === undefined ? [] : [check.note]), ...about.map(({ why }) => why)].join(
      '; ',
    );
    return { ...check, ok: false, note };
  });
}

/** The reason why a check is undecided; undefined for a decided one. */
function reasonOf(check: Check, unread: readonly Unread[]): Unread | undefined {
  const known = unread.find((part) => {
    if (part.mangled === true)
      return (
        isWithin(check.path, part.path) && !check.ok && JSON.stringify(check.actual).includes(REPLACEMENT)
      );
    if (part.absent === true || part.garbled === true) return isWithin(check.path, part.path);
    return isBelow(check.path, part.path) ? check.missing === true : wantsFieldsOf(check, part.path);
  });
  if (known !== undefined) return known;
  return packed(check) ?? packedInside(check);
}

/** A text body may hold the expected value in another form; other data only inside text that looks like data. */
function packed(check: Check): Unread | undefined {
  const { path, actual } = check;
  if (typeof actual !== 'string' || !wantsFieldsOf(check, path)) return undefined;
  const mayHold = path === 'body' ? actual !== '' : DATA.test(actual) || isDataInBase64(actual);
  return mayHold ? { path, why: `${path} is text, and the check names fields of it` } : undefined;
}

/** Beginnings of JSON, XML, JSON in a JSON string, and JSON in a call or after `)]}'`. */
const DATA = /^\s*(?:[[{<"]|\)\]\}|[\w.$]+\(\s*[[{"])/;

const BASE64 = /^[\w+/-]{16,}={0,2}$/;
/** Beginnings of JSON and XML, and of gzip, zlib and Zstandard (RFC 1952, RFC 1950, RFC 8878). */
const DATA_BYTES = /^(?:[[{<"]|\x1f\x8b|\x78[\x01\x5e\x9c\xda]|\x28\xb5\x2f)/;

function isDataInBase64(text: string): boolean {
  return BASE64.test(text) && DATA_BYTES.test(Buffer.from(text.slice(0, 8), 'base64').toString('latin1'));
}

/** The operand of an operator inside its one check may be packed, too. */
function packedInside(check: Check): Unread | undefined {
  const { path, ok, operator } = check;
  if (ok !== (operator === '$not')) return undefined;
  for (const checks of comparedBy(check)) {
    const inside = compare(checks, {});
    if (inside.holds === 'undecided') return { path, why: inside.why };
  }
  return undefined;
}

function comparedBy({ path, actual, expected, operator }: Check): readonly (readonly Check[])[] {
  if (operator === '$not') return [match(expected, actual, path)];
  if (operator === '$oneOf') return (expected as readonly Json[]).map((one) => match(one, actual, path));
  return operator === '$includes' && isJsonList(actual)
    ? actual.map((one, n) => match(expected, one, `${path}[${n}]`))
    : [];
}

/** Operators of lists: text has no elements, whatever the operand. */
const OF_LISTS: ReadonlySet<string> = new Set(['$includes', '$every']);

function wantsFieldsOf({ path, operator, expected, actual }: Check, at: string): boolean {
  if (path !== at || typeof actual !== 'string') return false;
  if (OF_LISTS.has(operator) || isJsonMap(expected)) return true;
  return (
    isJsonList(expected) &&
    (operator !== '$oneOf' || expected.some((one) => isJsonMap(one) || isJsonList(one)))
  );
}
