import { describe, expect, it } from '@jest/globals';
import { fleetReport } from '../../runner/cli/output/report-fleet.ts';
import type { FleetContext } from '../../runner/engine/fleet-context.ts';

const RUN = { verdict: 'passed', startedAtMs: 1, durationMs: 2 };

const CONTEXT = {
  fleet: { canaries: [{ name: 'a' }, { name: 'b' }] },
  alerts: { all: async () => [{ canary: 'b', alert: { life: 'paused' } }] },
  runs: {
    history: async ({ canary }: { readonly canary: string }) =>
      canary === 'a'
        ? [{ what: 'missed' }, { what: 'extra', run: { ...RUN, durationMs: 9 } }, { what: 'done', run: RUN }]
        : [],
  },
} as unknown as FleetContext;

describe('the report of a fleet', () => {
  it('has the newest run that counts of each canary, and names what is paused', async () => {
    expect(await fleetReport(CONTEXT, { newest: true })).toEqual([
      { canary: 'a', paused: false, newest: RUN },
      { canary: 'b', paused: true },
    ]);
  });

  it('takes what is known to be paused, and reads no alerts for it', async () => {
    const paused = new Set(['a']);

    expect(await fleetReport({ ...CONTEXT, alerts: {} as never }, { newest: false, paused })).toEqual([
      { canary: 'a', paused: true },
      { canary: 'b', paused: false },
    ]);
  });

  it('reads no history after the start', async () => {
    expect(await fleetReport(CONTEXT, { newest: false })).toEqual([
      { canary: 'a', paused: false },
      { canary: 'b', paused: true },
    ]);
  });
});
