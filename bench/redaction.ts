import { redactorOf } from '../runner/core/redaction/redact.ts';

/**
 * `node bench/redaction.ts`: the cost of searching a megabyte of each shape of bodies for a secret. The floor is one regular
 * expression that resolves each escape once, and one search in its result. In CPU time, as JSON. The megabyte is searched in
 * texts as long as the longest that a step keeps (`boundedOutcome`).
 */
const LENGTH = 1_000_000;
const LONGEST = 65_536;
const ROUNDS = 9;
const SECRET = 'correct-horse-battery';

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const line = (n: number): string =>
  JSON.stringify({ id: n * 7_919, url: `https://x/?a=%20${n}&c=d`, said: `hello "world" ${n.toString(36)}` });

/** Pieces in an order that does not repeat itself. */
function shuffled(pieces: readonly string[]): string {
  let state = 1;
  let text = '';
  while (text.length < LENGTH) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    text += pieces[Math.floor(((state >>> 0) / 2 ** 32) * pieces.length)]; // the low bits repeat themselves soon
  }
  return text.slice(0, LENGTH);
}

const over = (unit: string): string => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);
const lines = Array.from({ length: 5_003 }, (_, n) => line(n));

/** Typical bodies. None of it repeats itself but backslashes. */
const SHAPES: Readonly<Record<string, string>> = {
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
const REPEATED: Readonly<Record<string, string>> = Object.fromEntries(
  ['\\%5C', `${'\\'.repeat(8)}x`, `${'\\'.repeat(8)}x5c`, '\\x5c', '%5C', '&#92;'].map((unit) => [
    `${unit} over and over`,
    over(unit),
  ]),
);

/** Slow input that never repeats itself. */
const CRAFTED: Readonly<Record<string, string>> = {
  'crafted backslashes in two spellings': shuffled(['\\', '%5C']),
  'crafted backslashes in five spellings': shuffled(['\\', '%5C', '&#92;', '\\u005c', '\\x5c']),
  'crafted escapes of escapes': shuffled(['\\', '%5C', '&#92;', '\\u005c', '\\x5c', 'x', '%25', '&amp;']),
  'crafted rows of backslashes': shuffled([`${'\\'.repeat(4)}x`, '\\\\x', '\\\\\\x5c', '\\']),
  'crafted percent in percent': shuffled(['%', '%25', '25', '%32', '%35', '2', '5']),
  'crafted halves of escapes': shuffled([
    ...['\\x', '%', '\\u00', '5', 'c', '2', '3', '6', '4', '1', '\\', '&#', '9', ';'],
  ]),
};

const ESCAPE = /\\(?:u[0-9a-f]{4}|.)|%[0-9a-f]{2}|&#?\w+;/gi;

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function measured(shape: string, text: string, secrets: readonly string[]): object {
  const redactor = redactorOf(secrets);
  const texts = Array.from({ length: Math.ceil(LENGTH / LONGEST) }, (_, n) =>
    Buffer.from(text.slice(n * LONGEST, (n + 1) * LONGEST)).toString(),
  );
  const each = (work: (part: string) => unknown) => (): unknown => texts.map(work);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: cpuMs(each((part) => redactor.text(part))),
    floor: cpuMs(each((part) => part.replace(ESCAPE, (found) => found.slice(1)).includes(SECRET))),
  }));
  return { shape, ours: rounds.map(({ ours }) => ours), floor: rounds.map(({ floor }) => floor) };
}

const FIFTY = Array.from({ length: 50 }, (_, n) => `s${n}/+=&<"'\\ pass-${(n * 7_919).toString(36)}-é${n}`);
const one = Object.entries({ ...SHAPES, ...REPEATED, ...CRAFTED }).map(([shape, text]) =>
  measured(shape, text, [SECRET]),
);
const fifty = Object.entries(SHAPES).map(([shape, text]) => measured(`${shape}, 50 secrets`, text, FIFTY));
process.stdout.write(JSON.stringify([...one, ...fifty]));
