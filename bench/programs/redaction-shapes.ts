/** A text of that many characters. */
type Shape = (length: number) => string;

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const line = (n: number): string =>
  JSON.stringify({ id: n * 7_919, url: `https://x/?a=%20${n}&c=d`, said: `hello "world" ${n.toString(36)}` });

/** Pieces in an order that does not repeat itself. */
function shuffled(pieces: readonly string[]): Shape {
  return (length) => {
    let state = 1;
    let text = '';
    while (text.length < length) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      text += pieces[Math.floor(((state >>> 0) / 2 ** 32) * pieces.length)]; // the low bits repeat themselves soon
    }
    return text.slice(0, length);
  };
}

const over =
  (unit: string): Shape =>
  (length) =>
    unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
const lines = Array.from({ length: 5_003 }, (_, n) => line(n));

/** Typical bodies. None of it repeats itself but backslashes. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  plain: over('The quick brown fox jumps over the lazy dog, 17 times a day. '),
  backslashes: over('\\'),
  'mixed escapes': shuffled(['a\\"', 'b%20', 'c&amp;', 'd\\u00e9', 'e%C3%A9', 'f&#39;', 'word']),
  'JSON in JSON': shuffled(lines.map(inJson)),
  'JSON in JSON in JSON': shuffled(lines.map((one) => inJson(inJson(one)))),
  percent: shuffled(['%D0%BF', '%D1%80', '%D0%B8', '%D0%BE', '%20', '%D0%B0', '%D1%82']),
  entities: shuffled(['&lt;', 'b', '&gt;', '&#39;', '&amp;amp;', 'word ', '&quot;']),
  base64: over(
    Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 7_919 + (index >> 3)) & 255)).toString(
      'base64',
    ),
  ),
};

/** Slow input that repeats itself. */
export const REPEATED: Readonly<Record<string, Shape>> = Object.fromEntries(
  ['\\%5C', `${'\\'.repeat(8)}x`, `${'\\'.repeat(8)}x5c`, '\\x5c', '%5C', '&#92;'].map((unit) => [
    `${unit} over and over`,
    over(unit),
  ]),
);

/** Slow input that never repeats itself. */
export const CRAFTED: Readonly<Record<string, Shape>> = {
  'crafted backslashes in two spellings': shuffled(['\\', '%5C']),
  'crafted backslashes in five spellings': shuffled(['\\', '%5C', '&#92;', '\\u005c', '\\x5c']),
  'crafted escapes of escapes': shuffled(['\\', '%5C', '&#92;', '\\u005c', '\\x5c', 'x', '%25', '&amp;']),
  'crafted rows of backslashes': shuffled([`${'\\'.repeat(4)}x`, '\\\\x', '\\\\\\x5c', '\\']),
  'crafted percent in percent': shuffled(['%', '%25', '25', '%32', '%35', '2', '5']),
  'crafted halves of escapes': shuffled([
    ...['\\x', '%', '\\u00', '5', 'c', '2', '3', '6', '4', '1', '\\', '&#', '9', ';'],
  ]),
};
