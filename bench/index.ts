import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { LAZY_PACKAGES, replaceModules } from '../scripts/replace-modules.ts';
import { measure, median, type Row, ratioRow, type Used } from './measure.ts';

/** `npm run bench`: the cost of the engine, as ratios to floors that are measured in the same run, in turn. */
const ROUNDS = 5;
const rows: Row[] = [];

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// Ours and the floor are bundled alike, as in the installed package: reading TypeScript is no part of a check. So is the measuring code: it
// would take more than an empty script does, and make every ratio look better.
await build({
  entryPoints: {
    'http-ours': script('http-ours.ts'),
    'http-floor': script('http-floor.ts'),
    usage: script('usage.ts'),
  },
  outdir: script('../dist/bench'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  plugins: [replaceModules(LAZY_PACKAGES)],
  banner: {
    js: "import{createRequire as benchRequire}from'node:module';const require=benchRequire(import.meta.url);",
  },
});
const bundled = (name: string): string => script(`../dist/bench/${name}.mjs`);
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"status":"ok"}');
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function pairs(
  ours: readonly string[],
  floor: readonly string[],
): Promise<{ readonly ours: readonly Used[]; readonly floor: readonly Used[] }> {
  const found = { ours: [] as Used[], floor: [] as Used[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    found.ours.push(await measure(ours));
    found.floor.push(await measure(floor));
  }
  return found;
}

function add(
  figure: string,
  { ours, floor }: { readonly ours: readonly Used[]; readonly floor: readonly Used[] },
  key: keyof Used,
  goal: number,
): void {
  rows.push(
    ratioRow(
      figure,
      ours.map((one) => one[key]),
      floor.map((one) => one[key]),
      goal,
    ),
  );
}

for (const [count, cpuGoal] of [
  [2_000, 1.5],
  [200, 1.2],
] as const) {
  process.stderr.write(`${count} HTTP checks …\n`);
  const found = await pairs(
    [bundled('http-ours'), url, String(count)],
    [bundled('http-floor'), url, String(count)],
  );
  add(`${count} HTTP checks: CPU ÷ bare undici loop`, found, 'cpuMs', cpuGoal);
  add(`${count} HTTP checks: time ÷ bare undici loop`, found, 'wallMs', cpuGoal);
  add(`${count} HTTP checks: peak memory ÷ bare undici loop`, found, 'peakKilobytes', 1.5);
}

process.stderr.write('start-up …\n');
const bin = script('../dist/coalmine.mjs');
add('coalmine --version: CPU ÷ node -e 0', await pairs([bin, '--version'], ['-e', '0']), 'cpuMs', 1.3);
const example = script('../test/examples/http-health.canary.yaml');
add(
  'coalmine validate, one file: CPU ÷ node -e 0',
  await pairs([bin, 'validate', example], ['-e', '0']),
  'cpuMs',
  4.5,
);

process.stderr.write('10,000 runs waiting …\n');
interface Waiting {
  readonly passed: number;
  readonly heapKilobytes: number;
  readonly residentKilobytes: number;
}
const reported = (name: string): unknown =>
  JSON.parse(execFileSync(process.execPath, ['--expose-gc', script(name)], { encoding: 'utf8' }));
const waits = Array.from({ length: 3 }, () => reported('waiting.ts') as Waiting);
const passed = Math.min(...waits.map((one) => one.passed));
const heap = median(waits.map((one) => one.heapKilobytes));
const resident = median(waits.map((one) => one.residentKilobytes));
rows.push(
  {
    figure: '10,000 runs waiting at once: passed',
    ours: String(passed),
    goal: '10000',
    met: passed === 10_000,
  },
  { figure: 'heap for each waiting run', ours: `${heap} kB`, goal: '≤ 3 kB', met: heap <= 3 },
  {
    figure: 'resident memory for each waiting run',
    ours: `${resident} kB`,
    goal: '≤ 5 kB',
    met: resident <= 5,
  },
);

process.stderr.write('a tap …\n');
const { medianMs } = reported('tap-delay.ts') as { readonly medianMs: number };
rows.push({
  figure: "from an event's arrival in the tap to the verdict, local AWS: median",
  ours: `${medianMs} ms`,
  goal: '≤ 50 ms',
  met: medianMs <= 50,
});

process.stderr.write('redaction …\n');
interface Redaction {
  readonly shape: string;
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}
for (const { shape, ours, floor } of reported('redaction.ts') as readonly Redaction[]) {
  const isEscaped = !/^(?:plain|base64)/.test(shape);
  const goal = isEscaped ? 1 : 15;
  const figure = `a secret in 1 MB of ${shape} (${Math.round(median(ours))} ms): CPU ÷ ${isEscaped ? 'resolving its escapes once' : 'one search that finds nothing'}`;
  rows.push(ratioRow(figure, ours, floor, shape.startsWith('crafted') ? 2.5 : goal));
}

process.stderr.write('5,000 canaries, ticks …\n');
interface Ticks {
  readonly bytes: number;
  readonly blocks: readonly number[];
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}
const ticks = reported('ticks.ts') as Ticks;
const blockMs = Math.round(median(ticks.blocks));
rows.push(
  {
    figure: 'an ordinary tick of 5,000 canaries: bytes written',
    ours: String(ticks.bytes),
    goal: '0',
    met: ticks.bytes === 0,
  },
  {
    figure: 'an ordinary tick of 5,000 canaries: longest block',
    ours: `${blockMs} ms`,
    goal: '≤ 50 ms',
    met: blockMs <= 50,
  },
  ratioRow('an ordinary tick of 5,000 canaries: CPU ÷ planning alone', ticks.ours, ticks.floor, 3),
);

server.closeAllConnections();
server.close();
process.stdout.write(
  `| figure | ours | goal | |\n|---|--:|--:|---|\n${rows.map(({ figure, ours, goal, met }) => `| ${figure} | ${ours} | ${goal} | ${met ? 'met' : '**missed**'} |`).join('\n')}\n`,
);
