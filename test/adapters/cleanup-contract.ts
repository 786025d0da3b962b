import { expect, it } from '@jest/globals';
import { parseJson } from '../../runner/core/base/json.ts';
import type { RunId } from '../../runner/core/base/run-id.ts';
import type { CleanupEntry, CleanupList } from '../../runner/core/cleanup/pending-cleanups.ts';
import { actStep, runIdOf } from '../support/run/builders.ts';

const T0 = 1_700_000_000_000;
const ALL = { byMs: Number.MAX_SAFE_INTEGER, most: 100 };

/** A process that exists nowhere. */
export const OWNER: CleanupEntry['owner'] = { user: 'anna', host: 'elsewhere', pid: 1 };

/** An entry as tests make it. */
export function entryOf(more: Partial<CleanupEntry> = {}): CleanupEntry {
  return {
    runId: runIdOf(1),
    canary: 'orders',
    startedAtMs: T0,
    seed: runIdOf(1),
    owner: OWNER,
    vars: {},
    saves: {},
    withheld: [],
    awaited: [],
    steps: [actStep('undo')],
    dueAtMs: T0,
    tries: 0,
    version: 1,
    writer: 'me',
    ...more,
  };
}

/** Opens the list anew, as others have it; `first` is the one that the test began with. */
export interface Lists {
  first(): CleanupList;
  again(): Promise<{ readonly cleanups: CleanupList; close(): Promise<void> }>;
}

/** The contract of every cleanup list. */
export function cleanupContract({ first, again }: Lists): void {
  it('keeps an entry as it was, for every process, until it is taken off', async () => {
    const second = await again();
    const entry = entryOf({
      saves: { order: { id: 'ord_1', lines: [1, null, 'ü "${x}"'] }, big: parseJson('9007199254740993') },
      vars: { sku: { $pick: ['a', 'b'] } },
      reason: 'refused',
      region: 'eu-west-1',
    });

    await expect(first().save(entry, 0)).resolves.toBe(true);
    await expect(second.cleanups.due(ALL)).resolves.toEqual([entry]);
    await second.cleanups.remove(entry);
    await expect(first().due(ALL)).resolves.toEqual([]);
    await second.cleanups.remove(entry);
    await second.close();
  });

  it('writes over the version that a writer knows, and no other', async () => {
    await first().save(entryOf(), 0);

    await expect(first().save(entryOf({ writer: 'other' }), 0)).resolves.toBe(false);
    await expect(first().save(entryOf({ version: 3 }), 2)).resolves.toBe(false);
    await expect(first().save(entryOf({ version: 2, tries: 1 }), 1)).resolves.toBe(true);
    await expect(first().due(ALL)).resolves.toMatchObject([{ version: 2, tries: 1 }]);
    await expect(first().save(entryOf({ runId: runIdOf(2), version: 2 }), 1)).resolves.toBe(false);
    await expect(first().save(entryOf({ version: 5 }), 2)).rejects.toThrow(RangeError);
  });

  it('stays the same if a writer repeats it after a lost answer', async () => {
    await first().save(entryOf(), 0);

    await expect(first().save(entryOf(), 0)).resolves.toBe(true);
    await expect(first().save(entryOf({ writer: 'other' }), 0)).resolves.toBe(false);
  });

  it('keeps an entry that is in other hands by now from being taken off', async () => {
    await first().save(entryOf(), 0);
    await first().save(entryOf({ version: 2, writer: 'sweeper' }), 1);

    await first().remove(entryOf());

    await expect(first().due(ALL)).resolves.toHaveLength(1);
  });

  it('gives an entry to one of twenty who take it at once', async () => {
    const second = await again();
    await first().save(entryOf(), 0);
    const takers = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? first() : second.cleanups));

    const taken = await Promise.all(
      takers.map(async (list, n) => list.save(entryOf({ version: 2, writer: `sweeper ${n}` }), 1)),
    );

    expect(taken.filter(Boolean)).toHaveLength(1);
    await expect(first().due(ALL)).resolves.toMatchObject([{ writer: `sweeper ${taken.indexOf(true)}` }]);
    await second.close();
  });

  it('lists what is due by a moment, the longest due first, and not more than asked for', async () => {
    const save = async (id: number, dueAtMs: number): Promise<unknown> =>
      first().save(entryOf({ runId: runIdOf(id), dueAtMs }), 0);
    for (const [id, dueAtMs] of [
      [4, T0 + 2],
      [3, T0],
      [2, T0],
      [1, T0 + 1],
    ] as const)
      await save(id, dueAtMs);
    const dueBy = async (byMs: number, most = 100): Promise<readonly RunId[]> =>
      (await first().due({ byMs, most })).map(({ runId }) => runId);

    await expect(dueBy(T0 - 1)).resolves.toEqual([]);
    await expect(dueBy(T0 + 1)).resolves.toEqual([2, 3, 1].map(runIdOf));
    await expect(dueBy(T0 + 9)).resolves.toEqual([2, 3, 1, 4].map(runIdOf));
    expect(await dueBy(T0 + 9, 2)).toHaveLength(2);
  });
}
