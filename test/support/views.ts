/** A text as it reads once its escapes are resolved, or as it stands. */
export interface View {
  readonly text: string;
  /** Range in the original text of a range of the view. */
  origin(span: readonly [start: number, end: number]): readonly [start: number, end: number];
}

/** Escapes inside escapes that are resolved: JSON in JSON in a URL. */
const MOST_ROUNDS = 3;

/**
 * A text as it is, and with the escapes of JSON, URLs and HTML resolved. Each is tried alone and after each other, since the result of one
 * may be literal: a secret that itself holds `\\n` or `%41`.
 */
export function viewsOf(text: string): readonly View[] {
  const whole: View = { text, origin: (span) => span };
  if (!MARKS.test(text)) return [whole];
  const views = new Map([[text, whole]]);
  let newest: readonly View[] = [whole];
  for (let round = 0; round < MOST_ROUNDS && newest.length > 0; round += 1) {
    const found = newest.flatMap((view) => ESCAPES.flatMap((escape) => resolved(view, escape) ?? []));
    newest = found.filter((view) => !views.has(view.text));
    for (const view of newest) views.set(view.text, view);
  }
  return [...views.values()];
}

interface Escape {
  /** The character without which there is none. */
  readonly mark: string;
  readonly pattern: RegExp;
  /** The meaning of an escape; undefined for a look-alike. */
  meaning(whole: string, found: RegExpExecArray): string | undefined;
}

const SHORT: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

const ESCAPES: readonly Escape[] = [
  {
    mark: '\\',
    pattern: /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["'\\/bfnrt]))/g,
    meaning: (_, [, unit, byte, short = '']) => {
      const code = unit ?? byte;
      return code === undefined ? (SHORT[short] ?? short) : String.fromCharCode(Number.parseInt(code, 16));
    },
  },
  {
    mark: '%',
    // one character of UTF-8 at a time
    pattern:
      /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi,
    meaning: (whole) => {
      try {
        return decodeURIComponent(whole);
      } catch {
        return undefined; // bytes that are no character
      }
    },
  },
  {
    mark: '&',
    pattern: /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|amp|lt|gt|quot|apos);/gi,
    meaning: (whole, [, decimal, hex]) => {
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      if (Number.isNaN(code)) return SHORT[whole.toLowerCase()];
      return code <= LAST_CHARACTER ? String.fromCodePoint(code) : undefined;
    },
  },
];

const MARKS = /[\\%&]/;
const LAST_CHARACTER = 0x10ffff;

/** One resolved escape: its place in the view, and its place before. */
interface Piece {
  readonly at: number;
  readonly length: number;
  readonly from: number;
  readonly fromLength: number;
}

function resolved(view: View, { mark, pattern, meaning }: Escape): View | undefined {
  if (!view.text.includes(mark)) return undefined;
  const pieces: Piece[] = [];
  let text = '';
  let readUntil = 0;
  for (const found of view.text.matchAll(pattern)) {
    const [whole] = found;
    const meant = meaning(whole, found);
    if (meant === undefined) continue;
    text += view.text.slice(readUntil, found.index);
    pieces.push({ at: text.length, length: meant.length, from: found.index, fromLength: whole.length });
    text += meant;
    readUntil = found.index + whole.length;
  }
  if (pieces.length === 0) return undefined;
  text += view.text.slice(readUntil);
  return {
    text,
    origin: ([start, end]) => view.origin([placeOf(start, pieces)[0], placeOf(end - 1, pieces)[1]]),
  };
}

/** The earlier range of a character of a view. */
function placeOf(at: number, pieces: readonly Piece[]): readonly [start: number, end: number] {
  const piece = pieces[lastBefore(at, pieces)];
  if (piece === undefined) return [at, at + 1];
  const after = at - piece.at - piece.length;
  const end = piece.from + piece.fromLength;
  return after < 0 ? [piece.from, end] : [end + after, end + after + 1];
}

/** The index of the last piece that begins at a place or before it; -1 if there is none. */
function lastBefore(at: number, pieces: readonly Piece[]): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as Piece).at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
