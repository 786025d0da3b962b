const WORD = /^[\p{L}\p{N}\p{M}_]/u;
const ENDS_IN_WORD = /[\p{L}\p{N}\p{M}_]$/u;
/** Encodings that end in a letter or digit and still end a word: escapes of JSON and URLs, and a terminal's colours. */
const ESCAPE = /(?:\\[bfnrt]|\\u[\dA-Fa-f]{4}|%[\dA-Fa-f]{2}|\[(?:\d{1,3};){0,4}\d{0,3}m)$/;
/** The longest of them, in characters. */
const LONGEST_ESCAPE = 24;

/**
 * True if the text holds that word whole: `ord_1` stands in `id=ord_1.`, and not in `ord_12` or `my_ord_1`. Letters, digits and `_` make
 * words, in any script. An edge of the word that is none of these needs no boundary. An empty word stands nowhere.
 */
export function holdsWord(text: string, word: string): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (begins(text, at, word) && ends(text, at + word.length, word)) return true;
  return false;
}

/** JSON in JSON in JSON: deeper than any known system writes it. */
const MOST_LAYERS = 3;
const JSON_ESCAPE = /\\(?:u([\dA-Fa-f]{4})|(.))/gs;
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** True if the text holds the word whole, as it is or escaped as in JSON, also in JSON within JSON: `M\u00fcller`, `a \"b\"`. */
export function holdsSpelledWord(text: string, word: string): boolean {
  let read = text;
  for (let layer = 0; layer <= MOST_LAYERS; layer += 1) {
    if (holdsWord(read, word)) return true;
    if (!read.includes('\\')) return false;
    read = read.replace(JSON_ESCAPE, (_, code: string | undefined, one: string) =>
      code === undefined ? (CONTROLS[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
  return false;
}

function begins(text: string, at: number, word: string): boolean {
  if (!WORD.test(word)) return true;
  const before = text.slice(Math.max(0, at - LONGEST_ESCAPE), at);
  return !ENDS_IN_WORD.test(before) || ESCAPE.test(before);
}

function ends(text: string, at: number, word: string): boolean {
  return !ENDS_IN_WORD.test(word) || !WORD.test(text.slice(at, at + 2));
}
