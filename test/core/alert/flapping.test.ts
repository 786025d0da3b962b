import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState } from '../../../runner/core/alert/alert-state.ts';
import { heldOpenUntilMs } from '../../../runner/core/alert/incident.ts';
import { newAlertState, reduce } from '../../../runner/core/alert/reduce.ts';
import { ABOUT, digestFor, HOUR_MS, policyOf, START_MS } from '../../support/alerts/alerts.ts';
import { sampleSize } from '../../support/effort.ts';

const MINUTE_MS = 60_000;
const POLICY = policyOf({ after: { failures: 1, of: 1 }, remindMs: 1_000 * HOUR_MS });

const RUNS = sampleSize({ small: 50, full: 200, long: 40_000 }); // the last is a million openings

function run(nowMs: number, verdict: 'passed' | 'failed'): AlertEvent {
  return { kind: 'result', digest: digestFor(nowMs, verdict), about: ABOUT, nowMs, inMaintenance: false };
}

/**
 * Openings of incidents, against an adversary that knows the rules. It passes at the first moment at which a pass ends the
 * incident, and fails again after each of these waits. Now and then it fails in between, as `again` says.
 */
function openingsOf(
  waits: readonly { readonly waitMs: number; readonly again: boolean }[],
): readonly number[] {
  const openings: number[] = [];
  let state: AlertState = newAlertState('a', ABOUT);
  let nowMs = START_MS;
  const apply = (verdict: 'passed' | 'failed'): void => {
    const reduced = reduce(state, run(nowMs, verdict), POLICY);
    if (reduced.notices.some(({ kind }) => kind === 'opened')) openings.push(nowMs);
    state = reduced.state;
    nowMs += MINUTE_MS;
  };
  for (const { waitMs, again } of waits) {
    apply('failed');
    if (again) apply('failed');
    const { incident } = state.target;
    if (incident !== undefined) nowMs = Math.max(nowMs, heldOpenUntilMs(state.target, incident) ?? 0);
    apply('passed');
    expect(state.target.incident).toBeUndefined();
    nowMs += waitMs;
  }
  return openings;
}

function mostWithin(openings: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...openings.map((from) => openings.filter((at) => at >= from && at <= from + windowMs).length),
  );
}

describe('people are notified of a beginning', () => {
  it('four times in two hours, eight in a day, and three and one for each hour at most, whatever happens', () => {
    const waitMs = fc.constantFrom(
      ...[0, 0, 0, 30, 58, 59, 60, 119, 120, 240, 480, 1_380, 1_441].map((one) => one * MINUTE_MS),
    );
    const wait = fc.record({ waitMs, again: fc.constantFrom(false, false, true) });
    const rhythm = fc.tuple(wait, fc.nat(20)).map(([one, times]) => Array.from({ length: times }, () => one));
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            rhythm,
            wait.map((one) => [one]),
          ),
          { maxLength: 12 },
        ),
        (rhythms) => {
          const waits = rhythms.flat();
          const openings = openingsOf(waits);

          expect(openings).toHaveLength(waits.length);
          expect(mostWithin(openings, 2 * HOUR_MS)).toBeLessThanOrEqual(4);
          expect(mostWithin(openings, 24 * HOUR_MS)).toBeLessThanOrEqual(8);
          const hours = [1, 2, 3, 4, 6, 8, 12, 24];
          expect(hours.filter((one) => mostWithin(openings, one * HOUR_MS) > 3 + one)).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('so often by runs of one minute that pass while it is open, and fail while it is not', () => {
    const openings: number[] = [];
    let state: AlertState = newAlertState('a', ABOUT);
    for (let minute = 0; minute < 3 * 24 * 60; minute += 1) {
      const nowMs = START_MS + minute * MINUTE_MS;
      const reduced = reduce(
        state,
        run(nowMs, state.target.incident === undefined ? 'failed' : 'passed'),
        POLICY,
      );
      if (reduced.notices.some(({ kind }) => kind === 'opened')) openings.push(minute);
      state = reduced.state;
    }

    // Held for one, two, four and then eight hours: the naive stream would have 2,160 openings.
    expect(openings).toEqual([0, 2, 4, 65, 186, 427, 908, 1_389, 1_870, 2_351, 2_832, 3_313, 3_794, 4_275]);
  });
});
