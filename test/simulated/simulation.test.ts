import { describe, expect, it } from '@jest/globals';
import { sampleOf, sampleSize } from '../support/effort.ts';
import { hashOf } from './checks/event-log.ts';
import { type Tally, tableOf } from './checks/tally.ts';
import { replayOf, simulate } from './simulate.ts';
import { Simulation, type Variant } from './simulation.ts';

const SLOTS = sampleSize({ small: 2_000, full: 20_000 });

describe(`${SLOTS} slots with everything going wrong`, () => {
  it('break no promise: no slot, result or notice is lost, no alarm is false, missed or late, the last word is true', async () => {
    const tally = await simulate({ firstSeed: 3, slots: SLOTS, jobs: sampleSize({ small: 1, full: 2 }) });

    expect(tally.broken).toEqual([]);
    expect(tally.slots).toBeGreaterThanOrEqual(SLOTS);
    expect(tally.repeated).toBeLessThanOrEqual(tally.mayRepeat);
    for (const kind of [
      'refused',
      'answer lost',
      'slow',
      'frozen',
      'standstill',
      'crash',
      'store away',
      'tick lost',
    ] as const)
      expect({ kind, count: tally.faults.get(kind) }).toEqual({ kind, count: expect.any(Number) });
    expect(tally.alarms).toBeGreaterThan(SLOTS / 100);
  });

  it('are the same again for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all(
      [7, 7, 8].map(async (seed) => hashOf(await new Simulation({ seed, hours: 1 }).run())),
    );

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('come to the same on one thread and on several, until the same seed', async () => {
    const slots = sampleSize({ small: 250, full: 3_000 });
    const [one, several] = await Promise.all(
      [1, sampleSize({ small: 2, full: 3 })].map(async (jobs) =>
        simulate({ firstSeed: 7, hours: 1, slots, jobs }),
      ),
    );

    expect(several).toMatchObject({ simulations: one?.simulations, slots: one?.slots });
    expect(tableOf(several as Tally)).toBe(tableOf(one as Tally));
  });

  it('are fewer where they are stopped early: what was simulated until then is counted', async () => {
    const stopping = new AbortController();

    const tally = await simulate({
      firstSeed: 7,
      hours: 1,
      slots: 1_000_000,
      signal: stopping.signal,
      progress: () => stopping.abort(),
    });

    expect(tally.simulations).toBe(1);
    expect(tally.slots).toBeGreaterThan(0);
  });

  it('say how to see a seed again that broke a promise', () => {
    expect(replayOf(17)).toBe('npm run simulate -- --seed 17');
  });
});

describe('what is known to be wrong is found out by an hour of faults', () => {
  const WRONG: readonly { readonly variant: Variant; readonly seed: number; readonly by: RegExp }[] = [
    { variant: 'marks first', seed: 3, by: /^lost notice/ },
    { variant: 'writes twice', seed: 20, by: /^lost notice/ },
    { variant: 'unfenced', seed: 3, by: /^C1/ },
    { variant: 'naive claim', seed: 7, by: /^C4/ },
    { variant: 'watermark first', seed: 3, by: /^C13/ },
    { variant: 'error counts', seed: 3, by: /^false/ },
    { variant: 'standstill unnoticed', seed: 4, by: /^false failure/ },
    { variant: 'addresses forgotten', seed: 5, by: /^lost notice: no end/ },
    { variant: 'timers first', seed: 4, by: /^unheard answer/ },
  ];

  it.each(WRONG)('$variant', async ({ variant, seed, by }) => {
    const { broken } = await simulate({ firstSeed: seed, hours: 1, slots: 1, variant });

    expect(broken.flatMap(({ faults }) => faults)).toContainEqual(expect.stringMatching(by));
  });

  it.each(sampleOf([...new Set(WRONG.map(({ seed }) => seed))], 3))(
    'and nothing is found by seed %i in what is right',
    async (seed) => {
      expect((await simulate({ firstSeed: seed, hours: 1, slots: 1 })).broken).toEqual([]);
    },
  );
});
