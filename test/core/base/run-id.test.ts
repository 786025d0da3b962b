import { describe, expect, it } from '@jest/globals';
import { isIdOf, newRunId, type RunId, setupIdOf } from '../../../runner/core/base/run-id.ts';

const RUN = '6553f1004bf92f3577b34da6a3ce929d' as RunId;

describe('the id of a setup', () => {
  it('is of the same second, and has every other digit mirrored', () => {
    expect(setupIdOf(RUN)).toBe('6553f100b406d0ca884cb2595c316d62');
  });

  it('is never the id of the run, and that of its own setup is', () => {
    for (let seed = 0; seed < 16; seed += 1) {
      const runId = newRunId(1_700_000_000_000, { bytes: (count) => new Uint8Array(count).fill(seed * 17) });

      expect(setupIdOf(runId)).not.toBe(runId);
      expect(setupIdOf(setupIdOf(runId))).toBe(runId);
    }
  });

  it('is an id of the run, and one of another run is not', () => {
    const other = newRunId(1_700_000_000_000, { bytes: (count) => new Uint8Array(count) });

    expect([RUN, setupIdOf(RUN), other].map((id) => isIdOf(id, RUN))).toEqual([true, true, false]);
  });
});
