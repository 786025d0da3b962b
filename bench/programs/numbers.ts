import { parseJson } from '../../runner/core/base/json.ts';

/**
 * The cost of reading a megabyte of JSON with its numbers kept exact, against JSON.parse, which loses digits. In CPU time, in milliseconds, as
 * JSON. The arguments are the length of the text, and the number of rounds.
 */
const [LENGTH = 0, ROUNDS = 0] = process.argv.slice(2).map(Number);
/** Many in a round: the clock of CPU time may go by steps of 10 ms. */
const TIMES = 10;

let state = 1;
/** From 0 to 1, with as many digits as a double has. */
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32 + state / 2 ** 53;
}

const SHAPES: Readonly<Record<string, () => string>> = {
  'whole numbers': () => String(Math.floor(random() * 1e6)),
  'seven decimals': () => (random() * 180).toFixed(7),
  'doubles in full': () => String(random()),
  'small doubles in full': () => String(random() * 1e-9),
  'exponents of Python': () => (random() * 1e-7).toExponential(6).replace(/e-(\d)$/, 'e-0$1'),
  'ids of 19 digits, exact': () => `1234567890123456${Math.floor(100 + random() * 900)}`,
  'decimals of 20 digits, exact': () => `0.${String(random()).slice(2).padEnd(20, '7')}`,
};

function listOf(one: () => string): string {
  const all: string[] = [];
  for (let length = 0; length < LENGTH; length += (all.at(-1) as string).length + 1) all.push(one());
  return `[${all.join(',')}]`;
}

function cpuMs(work: () => unknown): readonly number[] {
  return Array.from({ length: ROUNDS }, () => {
    const before = process.threadCpuUsage();
    for (let time = 0; time < TIMES; time += 1) work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000 / TIMES;
  });
}

const rows = Object.entries(SHAPES).map(([shape, one]) => {
  const text = listOf(one);
  return { shape, ours: cpuMs(() => parseJson(text)), floor: cpuMs(() => JSON.parse(text) as unknown) };
});
process.stdout.write(JSON.stringify(rows));
