import { beforeEach, describe, expect, it } from '@jest/globals';
import { tracedRuns } from '../../../runner/cli/tracing/traced-runs.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import type { RunStore } from '../../../runner/core/store/ports.ts';
import { subjectOf } from '../../../runner/core/trace/subject.ts';
import { resultOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);
const SINCE_MS = NOW_MS - 3_600_000;

let store: RunStore;
beforeEach(() => {
  store = memoryStore({ clock: { nowMs: () => NOW_MS } }).runs;
});

/** Ids of one second of start, that differ in their last digits. */
const idOf = (n: number, second = NOW_MS / 1_000 - 60) =>
  `${second.toString(16)}${n.toString(16).padStart(24, '0')}` as RunId;

async function keep(n: number, { startedAtMs = NOW_MS - 60_000 + n, ...more }: Partial<RunResult> = {}) {
  const times = { startedAtMs, slotAtMs: startedAtMs };
  const result = resultOf({ runId: idOf(n), verdict: 'failed', ...times, ...more });
  await store.keep(result);
  return result;
}

async function traced(asked: string) {
  const { runs, reading } = await tracedRuns(subjectOf(asked), store, SINCE_MS);
  return { ids: runs.map(({ runId }) => runId), unread: reading.unread };
}

describe('the runs that hold a value', () => {
  it('are whole if all of the history was searched', async () => {
    const { runId } = await keep(1, { reason: 'ord_1' });
    await keep(2);
    await keep(3, { reason: 'ord_1', startedAtMs: SINCE_MS - 1 });

    expect(await traced('ord_1')).toEqual({ ids: [runId], unread: undefined });
  });

  it('are not whole if the history is longer than what was searched', async () => {
    await keep(0, { reason: 'ord_1' });
    for (let n = 1; n <= 200; n += 1) await keep(n);

    expect(await traced('ord_1')).toEqual({
      ids: [],
      unread: 'Of the history, the newest 200 slots and runs were searched.',
    });
  });

  it('are whole if what was not searched is older than the series', async () => {
    await keep(0, { startedAtMs: SINCE_MS - 1 });
    for (let n = 1; n <= 200; n += 1) await keep(n);

    expect(await traced('ord_1')).toEqual({ ids: [], unread: undefined });
  });

  it('are the newest five, and more are reported', async () => {
    for (let n = 1; n <= 5; n += 1) await keep(n, { reason: 'ord_1' });
    expect((await traced('ord_1')).unread).toBeUndefined();
    await keep(6, { reason: 'ord_1' });

    expect(await traced('ord_1')).toEqual({
      ids: [6, 5, 4, 3, 2].map((n) => idOf(n)),
      unread: 'More than 5 runs hold it. The newest are here.',
    });
  });

  it('are not whole if a result is damaged or not kept in full', async () => {
    await keep(1, { reason: 'ord_1' });
    await keep(2);
    await keep(3);
    const { result } = store;
    store.result = async (id) => {
      if (id === idOf(2)) return undefined;
      if (id === idOf(3)) throw new DamagedRecordError('a run');
      return result(id);
    };

    expect(await traced('ord_1')).toEqual({
      ids: [idOf(1)],
      unread: '2 results are not kept in full, or damaged.',
    });
  });
});

describe('the runs of ids', () => {
  it('are whole without a run of an id of another system', async () => {
    await keep(1);

    expect(await traced(`${idOf(1)} ${idOf(2)}`)).toEqual({ ids: [idOf(1)], unread: undefined });
  });

  it('are not whole if a result is known and not kept', async () => {
    await keep(1);
    store.result = async () => undefined;

    expect(await traced(idOf(1))).toEqual({
      ids: [],
      unread: '1 result is not kept in full, or damaged.',
    });
  });

  it('are those of five ids at most', async () => {
    for (let n = 1; n <= 6; n += 1) await keep(n);

    const { ids, unread } = await traced([1, 2, 3, 4, 5, 6].map((n) => idOf(n)).join(' '));

    expect(ids).toHaveLength(5);
    expect(unread).toBe('Of 6 ids, 5 were looked up.');
  });
});

describe('the first digits of an id', () => {
  it('are a run, if they fit one', async () => {
    await keep(1);

    expect(await traced(idOf(1).slice(0, 12))).toEqual({ ids: [idOf(1)], unread: undefined });
  });

  it('are refused with the runs that they fit, if they fit several', async () => {
    await keep(1);
    await keep(2);
    const digits = idOf(1).slice(0, 12);

    const asked = traced(digits);

    await expect(asked).rejects.toThrow(`Several runs begin with ${digits}. Write more digits of one:`);
    await expect(asked).rejects.toThrow(new RegExp(`^  ${idOf(2)}  .*  failed$`, 'm'));
  });
});
