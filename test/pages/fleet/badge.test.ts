import { describe, expect, it } from '@jest/globals';
import type { Attention } from '../../../runner/core/fleet/attention.ts';
import { fleetBadge } from '../../../runner/pages/fleet/badge.ts';
import { fleetOf, rowOf } from '../../support/pages/fleet-views.ts';

function badgeOf(...states: readonly Attention[]): string {
  const rows = states.map((attention, index) => ({ ...rowOf(`c${index}`, index), attention }));
  return fleetBadge({ ...fleetOf(0), rows });
}

describe('the badge of a fleet', () => {
  it.each([
    [['failing', 'noData', 'passed'], '1 failing', '#b3172c'],
    [['noData', 'degraded', 'passed'], '1 without data', '#57606a'],
    [['degraded', 'passed'], '1 degraded', '#7d4e00'],
    [['passed', 'muted', 'paused'], '2 passing', '#17692f'],
    [['paused', 'unknown'], 'no run yet', '#57606a'],
  ] as const)('shows the worst: %j', (states, text, colour) => {
    expect(badgeOf(...states)).toContain(`aria-label="canaries: ${text} as of 2026-11-30 12:00 UTC"`);
    expect(badgeOf(...states)).toContain(`fill="${colour}"`);
  });

  it('shows the hour in which it was made, also where a title is not shown', () => {
    expect(badgeOf('passed')).toMatch(/<text [^>]*>1 passing as of 2026-11-30 12:00 UTC<\/text>/);
    expect(fleetBadge(fleetOf(3))).toBe(fleetBadge({ ...fleetOf(3), nowMs: fleetOf(3).nowMs + 60_000 }));
  });

  it('is grey if the runner has stopped', () => {
    expect(fleetBadge(fleetOf(3, { lastTickMs: 0 }))).toContain('not running');
  });

  it("counts no alerts of the runner's own", () => {
    const rows = [rowOf('a', 1), { ...rowOf('@runner', 2), about: 'runner', attention: 'failing' } as const];

    expect(fleetBadge({ ...fleetOf(0), rows })).toContain('1 passing');
  });
});
