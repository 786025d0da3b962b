import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { failingSince } from '../../../runner/core/store/failing-since.ts';
import { resultOf, runIdOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const MINUTE_MS = 60_000;

function runAt(minute: number, verdict: Verdict = 'failed') {
  const atMs = minute * MINUTE_MS;
  return resultOf({
    canary: 'orders',
    runId: runIdOf(minute),
    verdict,
    slotAtMs: atMs,
    startedAtMs: atMs + 5,
  });
}

/** Reads since when the canary fails, as of the last of these runs, one in each minute. */
async function sinceOf(...verdicts: readonly Verdict[]) {
  const { runs } = memoryStore({ clock: { nowMs: () => 10_000 * MINUTE_MS } });
  for (const [index, verdict] of verdicts.entries()) await runs.keep(runAt(index, verdict));
  return failingSince(runs, runAt(verdicts.length - 1, verdicts.at(-1)));
}

describe('the begin of failures in a row', () => {
  it('is the first failed run after the last pass', async () => {
    expect(await sinceOf('failed', 'passed', 'failed', 'failed')).toEqual({
      verdict: 'failed',
      firstMs: 2 * MINUTE_MS + 5,
      runs: 2,
      others: 0,
      lastPassMs: MINUTE_MS + 5,
      isAtLeast: false,
    });
  });

  it('is no run that could not check: these are counted apart', async () => {
    expect(await sinceOf('passed', 'error', 'error', 'failed')).toMatchObject({
      firstMs: 3 * MINUTE_MS + 5,
      runs: 1,
      others: 2,
      lastPassMs: 5,
    });
    expect(await sinceOf('passed', 'failed', 'error', 'failed')).toMatchObject({
      firstMs: MINUTE_MS + 5,
      runs: 2,
      others: 1,
    });
  });

  it('of a run in error is the first run in a row that could not check', async () => {
    expect(await sinceOf('passed', 'error', 'error')).toEqual({
      verdict: 'error',
      firstMs: MINUTE_MS + 5,
      runs: 2,
      others: 0,
      lastPassMs: 5,
      isAtLeast: false,
    });
    expect(await sinceOf('passed', 'error', 'failed', 'error')).toMatchObject({
      verdict: 'error',
      firstMs: 3 * MINUTE_MS + 5,
      runs: 1,
      others: 1,
      lastPassMs: 5,
    });
  });

  it('is the run itself after a pass, a degraded one too', async () => {
    expect(await sinceOf('degraded', 'failed')).toEqual({
      verdict: 'failed',
      others: 0,
      firstMs: MINUTE_MS + 5,
      runs: 1,
      lastPassMs: 5,
      isAtLeast: false,
    });
  });

  it('is the oldest run if none has passed', async () => {
    expect(await sinceOf('failed', 'failed')).toEqual({
      verdict: 'failed',
      firstMs: 5,
      runs: 2,
      others: 0,
      isAtLeast: false,
    });
  });

  it('counts no run that was skipped, and no slot without a run', async () => {
    const { runs } = memoryStore({ clock: { nowMs: () => 10_000 * MINUTE_MS } });
    for (const [index, verdict] of (['passed', 'failed', 'skipped'] as const).entries())
      await runs.keep(runAt(index, verdict));
    const slot = { canary: 'orders', slotAtMs: 3 * MINUTE_MS, nowMs: 9 * MINUTE_MS };
    await runs.skipMissed({ ...slot, state: 'missed', reason: 'late', count: 2 });

    expect(await failingSince(runs, runAt(9))).toMatchObject({
      firstMs: MINUTE_MS + 5,
      runs: 2,
      lastPassMs: 5,
    });
  });

  it('is a lower bound after 500 entries', async () => {
    const verdicts = Array.from({ length: 520 }, (): Verdict => 'failed');

    expect(await sinceOf('passed', ...verdicts)).toEqual({
      verdict: 'failed',
      others: 0,
      firstMs: 20 * MINUTE_MS + 5,
      runs: 501,
      isAtLeast: true,
    });
    const errors = verdicts.map((): Verdict => 'error');
    expect(await sinceOf('passed', ...errors)).toMatchObject({ verdict: 'error', isAtLeast: true });
    expect(await sinceOf('passed', ...verdicts, 'error')).toMatchObject({ others: 500, isAtLeast: false });
  });
});
