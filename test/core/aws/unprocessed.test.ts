import { describe, expect, it } from '@jest/globals';
import { sendBatch } from '../../../runner/core/aws/unprocessed.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

/** Sends a batch of letters of which each call leaves as many as listed; returns its calls, and the pauses before them. */
async function sent(entries: string, left: readonly number[]) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const pausesMs: number[] = [];
  let beforeMs = clock.nowMs();
  const send = async (some: readonly string[]): Promise<readonly string[]> => {
    pausesMs.push(clock.nowMs() - beforeMs);
    beforeMs = clock.nowMs();
    calls.push(some.join(''));
    return some.slice(some.length - (left[calls.length - 1] ?? some.length));
  };
  const thrown: unknown = await sendBatch(entries.split(''), send, { table: 'orders', clock }).catch(
    (fault: unknown) => fault,
  );
  return { calls, pausesMs, thrown };
}

describe('a batch of DynamoDB', () => {
  it('is sent once if all of it is processed', async () => {
    expect(await sent('abc', [0])).toEqual({ calls: ['abc'], pausesMs: [0], thrown: undefined });
  });

  it('is sent again, after a pause, for what was left', async () => {
    expect(await sent('abc', [2, 0])).toEqual({ calls: ['abc', 'bc'], pausesMs: [0, 50], thrown: undefined });
  });

  it('is given up after five calls in a row that processed nothing, with ever longer pauses between them', async () => {
    const { calls, pausesMs, thrown } = await sent('ab', []);

    expect(calls).toEqual(['ab', 'ab', 'ab', 'ab', 'ab']);
    expect(pausesMs).toEqual([0, 100, 200, 400, 800]);
    expect(thrown).toMatchObject({
      blame: 'observer',
      message:
        'DynamoDB leaves 2 entries of a batch for table orders unprocessed: the table is throttled. Raise its capacity.',
    });
  });

  it('goes on for as long as each few calls process something', async () => {
    const { calls, thrown } = await sent('abc', [3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 0]);

    expect(calls).toHaveLength(12);
    expect(thrown).toBeUndefined();
  });
});
