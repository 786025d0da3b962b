import { RE2JS } from 're2js';

/** A compiled pattern: true if it matches anywhere in the text. */
export interface TextPattern {
  test(text: string): boolean;
  /** The first part of the text that it describes: its group, if it has one. Undefined if there is none, or if it is empty. */
  partOf(text: string): string | undefined;
}

const KEPT = 500; // patterns; a fleet has few, and a pattern made at run time must not grow the cache without bound
const compiled = new Map<string, TextPattern>();

/**
 * Compiles an RE2 pattern, whose time is linear in the text: no pattern can hang a run.
 * @throws Error (of re2js) for syntax outside RE2; {@link patternFault} explains it.
 */
export function compilePattern(pattern: string): TextPattern {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const re2 = RE2JS.compile(pattern);
  const made = {
    test: (text: string) => re2.matcher(text).find(),
    partOf: (text: string) => {
      const matcher = re2.matcher(text);
      const part = matcher.find() ? matcher.group(Math.min(1, re2.groupCount())) : null;
      return part === null || part === '' ? undefined : part;
    },
  };
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

/** The fault of a pattern that takes a part out of a text; undefined if it is valid. */
export function partFault(pattern: string): string | undefined {
  const fault = patternFault(pattern);
  if (fault !== undefined) return fault;
  if (RE2JS.compile(pattern).groupCount() > 1) return 'it has more than one group, and a value is one part';
  return compilePattern(pattern).test('') ? 'it finds an empty part in every text' : undefined;
}

/** The fault of a pattern; undefined if it is valid. */
export function patternFault(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch {
    // re2js has one error type; the pattern itself, and not the message, shows the construct.
    if (/\(\?<?[=!]/.test(pattern))
      return 'look-ahead and look-behind are not in RE2, whose patterns cannot hang';
    if (/\\[1-9]/.test(pattern)) return 'back-references are not in RE2, whose patterns cannot hang';
    return 'it is not an RE2 pattern (a bracket or a repeat is out of place)';
  }
}
