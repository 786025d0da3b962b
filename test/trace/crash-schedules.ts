import { contextOf, runIn } from '../../runner/trace/ids/context.ts';
import { byKey, onceIn, put } from '../../runner/trace/index.ts';
import { clientOf, MemoryTables } from './claims-table.ts';

const LEASE_MS = 60_000;
const GRADES = ['table', 'key', 'unknown'] as const;

/** The end of one message under one schedule of crashes, freezes, faults and redeliveries. */
export interface Outcome {
  readonly grade: (typeof GRADES)[number];
  /** Number of effects: writes, different keys at the receiver, or calls. */
  readonly effects: number;
  readonly state: string;
  /** Different results that attempts gave. */
  readonly results: ReadonlySet<string>;
}

/** A generator of whole numbers below a bound, from a seed (mulberry32). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * Delivers one message again and again while attempts die, freeze, overlap, and lose answers. At the end it comes twice more without faults,
 * each time after the leases are over, and once after all attempts have ended.
 */
export async function play(seed: number): Promise<Outcome> {
  const below = numbersFrom(seed);
  const grade = GRADES[below(3)] as Outcome['grade'];
  const tables = new MemoryTables();
  const waiting: (() => void)[] = [];
  let now = 1_800_000_000_000;
  let isQuiet = false;
  let calls = 0;
  const keys = new Set<string>();
  const results = new Set<string>();

  /** Stops until the schedule lets it go on, or for ever: the process died, or is frozen. */
  const pause = async (): Promise<void> => {
    if (!isQuiet) await new Promise<void>((resume) => void waiting.push(resume));
  };
  const around = async <T>(call: () => T): Promise<T> => {
    await pause();
    if (!isQuiet && below(12) === 0) throw new Error('ThrottlingException');
    let answer: T;
    try {
      answer = call();
      // An answer that was lost on the way: the client sends the call again.
      if (!isQuiet && below(8) === 0) answer = call();
    } finally {
      await pause();
    }
    return answer;
  };
  const once = onceIn(clientOf(tables, around), { table: 'claims', leaseMs: LEASE_MS, nowMs: () => now });
  // A digest of the payload would be made in another thread, outside of the schedule.
  const ofOrder = { of: 'o-1' };
  const effects = {
    table: () => once('step', put('orders', { id: 'o-1', attempt: below(1_000) }), ofOrder),
    key: () =>
      once(
        'step',
        byKey(async (key) => {
          await pause();
          keys.add(key);
          await pause();
          if (!isQuiet && below(6) === 0) throw new Error('socket hang up');
          return 'done';
        }),
        ofOrder,
      ),
    unknown: () =>
      once(
        'step',
        async () => {
          calls += 1;
          await pause();
          if (!isQuiet && below(6) === 0) throw new Error('socket hang up');
          return 'done';
        },
        ofOrder,
      ),
  };
  const deliver = async (): Promise<void> =>
    runIn(
      contextOf({ id: 'order-1' }),
      async () => {
        try {
          results.add(String(await effects[grade]()));
        } catch {
          // comes again
        }
      },
      { payload: { n: 1 } },
    );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
  };

  const steps = 4 + below(24);
  for (let step = 0; step < steps; step += 1) {
    const what = below(10);
    if (what < 3) void deliver();
    else if (what === 3) now += LEASE_MS * (below(2) + 0.5);
    else if (what === 4 && waiting.length > 0) waiting.splice(below(waiting.length), 1);
    else waiting.splice(below(waiting.length || 1), 1)[0]?.();
    await settle();
  }
  isQuiet = true;
  for (let last = 0; last < 2; last += 1) {
    now += LEASE_MS + 1;
    await deliver();
  }
  // Attempts that were frozen all the while.
  for (const resume of waiting.splice(0)) resume();
  for (let turn = 0; turn < 3; turn += 1) await settle();
  // One that was frozen before its effect has given its claim free.
  await deliver();
  const [state = ''] = [...tables.items].flatMap(([key, item]) =>
    key.startsWith('claims/') ? [String(item['state']?.['S'])] : [],
  );
  const happened = { table: tables.writes['orders'] ?? 0, key: keys.size, unknown: calls };
  return { grade, effects: happened[grade], state, results };
}

/** The promises that an outcome breaks. */
export function broken({ grade, effects, state, results }: Outcome): readonly string[] {
  return [
    ...(effects > 1 ? [`${effects} effects`] : []),
    ...(state === 'done' && effects !== 1 ? [`done with ${effects} effects`] : []),
    ...(grade !== 'unknown' && state !== 'done' ? [`${grade} ended as ${state}`] : []),
    ...(grade === 'unknown' && !['done', 'parked'].includes(state) ? [`unknown ended as ${state}`] : []),
    ...(results.size > 1 ? [`results ${[...results].join()}`] : []),
  ];
}
