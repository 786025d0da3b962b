import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import type { Schedule } from '../../runner/core/model/canary.ts';
import { slotsBetween } from '../../runner/core/schedule/schedule.ts';
import { historyFrom } from '../../runner/core/store/history.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import type { HistoryEntry } from '../../runner/core/store/slots.ts';
import { Prng } from '../simulated/model/prng.ts';
import { breachesOf, FALLBACK } from './account.ts';
import { startReceiver } from './receiver.ts';

/**
 * `npm run kills`: watches a fleet, and kills the watcher (SIGKILL) again and again at random moments. Meanwhile the watched system breaks,
 * and the receivers of notices fail in ten ways. Then it compares the state and all requests with docs/reference/reliability.md. Exit code 1 if a slot
 * was lost or ran twice, or if an incident or its end was not notified.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    canaries: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [kills, fleetSize, seed] = [Number(values.kills), Number(values.canaries), Number(values.seed)];
const EVERY_MS = 60_000;
const SCHEDULE: Schedule = { everyMs: EVERY_MS, jitterMs: 0, overlap: 'skip', catchUp: 'latest' };
/** The first runs of all canaries pass: one that never passed notifies in another way. */
const HEALTHY_MS = 75_000;
const SETTLED_WITHIN_MS = 600_000;

const BIN = join(import.meta.dirname, '..', '..', 'dist', 'coalmine.mjs');
const cwd = mkdtempSync(join(tmpdir(), 'coalmine-kills-'));
const prng = new Prng(seed);
const beganAtMs = Date.now();
const names = Array.from({ length: fleetSize }, (_, index) => `canary-${index}`);
/** Each canary breaks once, for one to two minutes: three incidents within two hours would count as one that flaps. */
const breaks = new Map(
  names.map((name) => {
    const fromMs = beganAtMs + HEALTHY_MS + prng.between(0, 90_000);
    return [name, { fromMs, untilMs: fromMs + prng.between(EVERY_MS, 2 * EVERY_MS) }];
  }),
);
const receiver = await startReceiver(prng, (canary) => {
  const { fromMs = 0, untilMs = 0 } = breaks.get(canary) ?? {};
  return Date.now() >= fromMs && Date.now() < untilMs;
});

mkdirSync(join(cwd, 'canaries'));
writeFileSync(
  join(cwd, 'canaries', 'coalmine.config.yaml'),
  `project: kills
channels:
  hook: { webhook: "${receiver.url}/hook", fallback: spare }
  spare: { webhook: "${receiver.url}${FALLBACK}" }
  ops: { webhook: "${receiver.url}/ops" }
operators: [ops]
`,
);
for (const name of names)
  writeFileSync(
    join(cwd, 'canaries', `${name}.canary.yaml`),
    `canary: ${name}
owner: team
schedule: { every: 1m }
timeout: 10s
alert: { after: 1, to: [hook] }
steps:
  - http: GET ${receiver.url}/system/${name}/\${run.id}
`,
  );

async function withState<T>(work: (store: StateStore) => Promise<T>): Promise<T> {
  const path = join(cwd, 'canaries', '.coalmine', 'state.sqlite');
  const store = sqliteStore(
    { path, project: 'kills', environment: 'default', create: true },
    { clock: systemClock() },
  );
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function watch(): { readonly child: ChildProcess; readonly printed: () => string } {
  let printed = '';
  const child = spawn(process.execPath, [BIN, 'watch'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed = `${printed}${chunk.toString()}`.slice(-20_000);
    });
  return { child, printed: () => printed };
}

/** Ends a dead watcher's lease now; its successor would wait for up to 22 seconds. One in ten waits. */
async function dropLease(pid: number | undefined): Promise<void> {
  const owner = `${userInfo().username}@${hostname()}, process ${pid}`;
  await withState(async ({ leases }) => leases.drop({ name: 'runner', owner }));
}

/** All of it, newest first. */
async function wholeHistory({ runs }: StateStore): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of historyFrom(runs, { page: 500 })) entries.push(entry);
  return entries;
}

/** The slots that a canary should have, from its first record on to the end of all. */
function dueSlots(history: readonly HistoryEntry[], name: string, endMs: number): readonly number[] {
  const own = history.filter(({ canary }) => canary === name).map(({ atMs }) => atMs);
  const fromMs = own.length === 0 ? beganAtMs : Math.min(...own) - 1;
  return slotsBetween(SCHEDULE, name, fromMs, endMs);
}

/** True once no run is open, each incident has ended, and no notice is pending. */
async function isSettled(store: StateStore): Promise<boolean> {
  const states = await store.alerts.all();
  const history = await wholeHistory(store);
  return (
    history.every(({ what }) => what !== 'running') &&
    states.every(
      ({ alert, outbox }) =>
        outbox.length === 0 && [alert.target, alert.observer].every(({ incident }) => incident === undefined),
    )
  );
}

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
progress(`seed ${seed}: ${fleetSize} canaries, one run a minute each; ${kills} kills; files in ${cwd}`);
for (let kill = 1; kill <= kills; kill += 1) {
  const { child, printed } = watch();
  await pause(prng.between(800, 7_000));
  if (child.exitCode !== null) throw new Error(`The watcher ended by itself:\n${printed()}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  if (kill % 10 !== 0) await dropLease(child.pid);
  if (kill % 10 === 0)
    progress(`${kill} kills, ${receiver.runs.length} runs, ${receiver.processed.length} notices processed`);
}
receiver.recover();
progress('the receivers accept all from now on; waiting for the end of every incident');
const last = watch();
const healedAtMs = Math.max(...[...breaks.values()].map(({ untilMs }) => untilMs)) + EVERY_MS;
const settledByMs = Math.max(healedAtMs, Date.now()) + SETTLED_WITHIN_MS;
let settled = false;
while (!settled && Date.now() < settledByMs) {
  await pause(5_000);
  settled = Date.now() > healedAtMs && (await withState(isSettled));
}
last.child.kill('SIGTERM');
const [code] = (await once(last.child, 'exit')) as [number | null];

const known = await withState(async (store) => {
  const history = await wholeHistory(store);
  const states = await store.alerts.all();
  const endMs = Math.max(...history.map(({ atMs }) => atMs));
  const due = new Map(names.map((name) => [name, dueSlots(history, name, endMs)]));
  const incidents = new Map(
    states.map(({ canary, alert }) => [canary, alert.target.incidents + alert.observer.incidents]),
  );
  return { history, due, incidents };
});
const breaches = breachesOf({ ...known, runs: receiver.runs, processed: receiver.processed });
receiver.close();

const outcomes = Map.groupBy(known.history, ({ what, run }) => run?.verdict ?? what);
const slots = [...known.due.values()].flat().length;
const incidents = [...known.incidents.values()].reduce((sum, one) => sum + one, 0);
const count = (entries: Iterable<readonly [string, number]>): string =>
  [...entries].map(([what, many]) => `${what} ${many}`).join(', ');
process.stdout.write(
  [
    `${kills} kills in ${Math.round((Date.now() - beganAtMs) / 1_000)} s, seed ${seed}`,
    `${slots} slots: ${count([...outcomes].map(([what, all]) => [what, all.length] as const))}`,
    `${incidents} incidents; notices: ${count(receiver.treated)}`,
    ...Object.entries(breaches).flatMap(([what, all]) => [
      `${what}: ${all.length}`,
      ...all.map((one) => `  ${one}`),
    ]),
    ...(settled ? [] : ['not settled in time: an incident is open, or a notice is pending']),
    ...(code === 0 ? [] : [`the last watcher ended with exit code ${code}`]),
    '',
  ].join('\n'),
);
process.exitCode =
  settled && code === 0 && incidents > 0 && Object.values(breaches).every((all) => all.length === 0) ? 0 : 1;
