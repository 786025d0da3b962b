import { parseArgs } from 'node:util';
import { faultsOf } from './check.ts';
import { duplicatesIn } from './check-notices.ts';
import { recordsOf } from './check-slots.ts';
import { type FaultKind, faultsIn, only } from './log.ts';
import { SimWorld, type Variant } from './simulation.ts';

/** What many worlds came to. */
export interface Tally {
  readonly worlds: number;
  readonly slots: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly states: ReadonlyMap<string, number>;
  readonly alarms: number;
  readonly told: number;
  /** Messages that were heard again, and how many crashes, sleeps, lost answers and the like may each have caused one. */
  readonly repeated: number;
  readonly mayRepeat: number;
  /** Seeds that broke a promise. */
  readonly broken: readonly { readonly seed: number; readonly faults: readonly string[] }[];
}

/** What is to be simulated: one seed after another, until there were so many slots. */
export interface Simulation {
  readonly firstSeed: number;
  readonly slots: number;
  readonly variant?: Variant;
  progress?(tally: Tally, seed: number): void;
}

export async function simulate({ firstSeed, slots, variant, progress }: Simulation): Promise<Tally> {
  const faults = new Map<FaultKind, number>();
  const states = new Map<string, number>();
  const broken: { seed: number; faults: readonly string[] }[] = [];
  const tally = {
    worlds: 0,
    slots: 0,
    faults,
    states,
    alarms: 0,
    told: 0,
    repeated: 0,
    mayRepeat: 0,
    broken,
  };
  for (let seed = firstSeed; tally.slots < slots; seed += 1) {
    const story = await new SimWorld({ seed, ...(variant === undefined ? {} : { variant }) }).run();
    const found = faultsOf(story);
    if (found.length > 0) broken.push({ seed, faults: found });
    tally.worlds += 1;
    for (const { state, count } of recordsOf(story).values()) {
      tally.slots += count;
      states.set(state, (states.get(state) ?? 0) + count);
    }
    for (const [kind, count] of faultsIn(story)) faults.set(kind, (faults.get(kind) ?? 0) + count);
    const heard = only(story, 'heard');
    tally.told += heard.length;
    tally.alarms += new Set(heard.map(({ notice }) => notice.incident)).size;
    tally.repeated += duplicatesIn(story);
    tally.mayRepeat = MAY_REPEAT.reduce((sum, kind) => sum + (faults.get(kind) ?? 0), 0);
    progress?.(tally, seed);
  }
  return tally;
}

const MAY_REPEAT: readonly FaultKind[] = [
  'answer lost',
  'channel answer lost',
  'channel slow',
  'crash',
  'frozen',
  'refused',
  'slow',
];

/** The command that shows a seed again. */
export function replayOf(seed: number): string {
  return `npm run simulate -- --seed ${seed}`;
}

/** `npm run simulate [-- --slots 200000] [--from SEED] [--seed SEED]`: progress on stderr, a table on stdout. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { slots: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
  });
  const one = values.seed === undefined ? undefined : Number(values.seed);
  const firstSeed = one ?? Number(values.from ?? 1);
  const slots = one === undefined ? Number(values.slots ?? 10_000_000) : 1;
  if (!Number.isSafeInteger(firstSeed) || !Number.isSafeInteger(slots)) {
    process.stderr.write('simulate: --slots, --from and --seed take whole numbers\n');
    process.exitCode = 2;
    return;
  }
  const tally = await simulate({
    firstSeed,
    slots,
    progress: ({ worlds, slots: done, broken }, seed) => {
      if (worlds % 50 === 0)
        process.stderr.write(
          `seed ${seed}: ${done} slots, ${broken.length} broken; go on with --from ${seed + 1}\n`,
        );
    },
  });
  for (const { seed, faults } of tally.broken)
    process.stdout.write(`seed ${seed}, see it again with: ${replayOf(seed)}\n${listed(faults)}`);
  const cpu = process.cpuUsage();
  process.stdout.write(
    `${tableOf(tally)}CPU seconds            ${Math.round((cpu.user + cpu.system) / 1e6)}\n`,
  );
  process.exitCode = tally.broken.length === 0 ? 0 : 1;
}

function listed(faults: readonly string[]): string {
  const shown = faults.slice(0, 20).map((fault) => `  ${fault}\n`);
  return `${shown.join('')}${faults.length > 20 ? `  and ${faults.length - 20} more\n` : ''}`;
}

/** What is promised, counted. */
function tableOf({ broken, ...tally }: Tally): string {
  const brokenBy = (pattern: RegExp): number =>
    broken.reduce((sum, { faults }) => sum + faults.filter((fault) => pattern.test(fault)).length, 0);
  const rows: readonly (readonly [string, string | number])[] = [
    ['worlds', tally.worlds],
    ['slots', tally.slots],
    ...[...tally.states].map(([state, count]) => [`  ${state}`, count] as const),
    ['faults', [...tally.faults.values()].reduce((sum, count) => sum + count, 0)],
    ...[...tally.faults]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => [`  ${kind}`, count] as const),
    ['incidents told', tally.alarms],
    ['messages heard', tally.told],
    ['lost slots or results', brokenBy(/^C(3|4|13|15)/)],
    ['final records changed', brokenBy(/^C1:/)],
    ['slots run twice', brokenBy(/^C2/)],
    ['lost notices', brokenBy(/^lost notice/)],
    ['repeated messages', `${tally.repeated} (bound ${tally.mayRepeat})`],
    ['without a cause', brokenBy(/^duplicate/)],
    ['false alarms', brokenBy(/^false/)],
    ['missed or late alarms', brokenBy(/^missed/)],
    ['untrue last words', brokenBy(/^the last word|^wrong belief/)],
    ['other promises broken', brokenBy(/^(?!C(1|2|3|4|13|15):|lost|duplicate|false|missed|the last|wrong)/)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(22)} ${value}\n`).join('');
}

if (import.meta.main) await main();
