import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { sampleSize } from '../support/effort.ts';
import { broken, play } from './crash-schedules.ts';

beforeEach(() => {
  for (const method of ['log', 'warn', 'error'] as const) jest.spyOn(console, method).mockReturnValue();
});
afterEach(() => {
  jest.restoreAllMocks();
});

it('no schedule of crashes, freezes, lost answers and redeliveries gives a second effect', async () => {
  const seen: Record<string, number> = {};
  const faults: string[] = [];
  for (let seed = 1; seed <= sampleSize({ small: 1_500, full: 20_000, long: 1_000_000 }); seed += 1) {
    const outcome = await play(seed);
    faults.push(...broken(outcome).map((fault) => `seed ${seed}: ${fault}`));
    const name = `${outcome.grade} ${outcome.state}`;
    seen[name] = (seen[name] ?? 0) + 1;
  }
  expect(faults.slice(0, 10)).toEqual([]);
  // Each end occurs: a sample that reached only some of them would prove little.
  expect(Object.keys(seen).toSorted()).toEqual(['key done', 'table done', 'unknown done', 'unknown parked']);
});
