import { describe, expect, it } from '@jest/globals';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import { CanaryStates } from '../../../runner/engine/alerting/canary-states.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

/** States of a store in which the one of `orders` is damaged at the first load. */
function damaged({ isReplacedByAnother }: { readonly isReplacedByAnother: boolean }) {
  const fleet = new TestFleet(scheduled('orders'));
  const notified: string[] = [];
  const saved: number[] = [];
  let loads = 0;
  const alerts = {
    ...fleet.store.alerts,
    load: async (name: string) => {
      loads += 1;
      if (loads === 1) throw new DamagedRecordError(name, 3);
      return fleet.store.alerts.load(name);
    },
    save: async (_next: unknown, basedOn: number) => {
      saved.push(basedOn);
      return !isReplacedByAnother;
    },
  };
  const states = new CanaryStates({
    ...fleet.monitor({ alerts }),
    replaced: async (name) => void notified.push(name),
  });
  return { states, notified, saved, loads: () => loads };
}

describe('a damaged state of a canary', () => {
  it('is replaced by a new one with the next version, after the operators were notified', async () => {
    const { states, notified, saved, loads } = damaged({ isReplacedByAnother: false });

    const { state } = await states.change('orders', (found) => ({ state: found }));

    expect(state).toMatchObject({ canary: 'orders', version: 4 });
    expect({ notified, saved, loads: loads() }).toEqual({ notified: ['orders'], saved: [3], loads: 1 });
  });

  it('is read again if another process has replaced it', async () => {
    const { states, notified, loads } = damaged({ isReplacedByAnother: true });

    await states.change('orders', (found) => ({ state: found }));

    expect({ notified, loads: loads() }).toEqual({ notified: ['orders'], loads: 2 });
  });

  it('is an error if its load fails for another reason', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const alerts = { ...fleet.store.alerts, load: async () => Promise.reject(new Error('unavailable')) };
    const states = new CanaryStates({ ...fleet.monitor({ alerts }), replaced: async () => {} });

    await expect(states.change('orders', (state) => ({ state }))).rejects.toThrow('unavailable');
  });
});
