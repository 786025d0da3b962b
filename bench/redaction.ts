import { redactorOf } from '../runner/core/redact.ts';

/**
 * `node bench/redaction.ts`: what it costs to look for a secret in a megabyte of each shape that bodies have, against one regular
 * expression that resolves each escape once and one search in what comes of it. In CPU time, as JSON.
 */
const LENGTH = 1_000_000;
const ROUNDS = 7;
const SECRET = 'correct-horse-battery';

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const line = JSON.stringify({ id: 17, url: 'https://x/?a=%20b&c=d', said: 'hello "world"' });
const SHAPES: Readonly<Record<string, string>> = {
  plain: 'The quick brown fox jumps over the lazy dog, 17 times a day. ',
  backslashes: '\\',
  'mixed escapes': 'a\\"b%20c&amp;d\\u00e9e%C3%A9f&#39;',
  'JSON in JSON': inJson(line),
  'JSON in JSON in JSON': inJson(inJson(line)),
  percent: '%D0%BF%D1%80%D0%B8%20',
  entities: '&lt;b&gt;&#39;&amp;amp;',
  base64: Buffer.from(
    Array.from({ length: 3_000 }, (_, index) => (index * 7_919 + (index >> 3)) & 255),
  ).toString('base64'),
};

const ESCAPE = /\\(?:u[0-9a-f]{4}|.)|%[0-9a-f]{2}|&#?\w+;/gi;

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const redactor = redactorOf([SECRET]);
const measured = Object.entries(SHAPES).map(([shape, unit]) => {
  const text = Buffer.from(unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH)).toString();
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: cpuMs(() => redactor.text(text)),
    floor: cpuMs(() => text.replace(ESCAPE, (found) => found.slice(1)).includes(SECRET)),
  }));
  return { shape, ours: rounds.map(({ ours }) => ours), floor: rounds.map(({ floor }) => floor) };
});
process.stdout.write(JSON.stringify(measured));
