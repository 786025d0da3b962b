import { describe, expect, it } from '@jest/globals';
import { DeliveryError, ObserverError } from '../../../runner/core/base/errors.ts';
import type { AlertStore } from '../../../runner/core/store/ports.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const PROBLEM = { kind: 'problem', reason: 'it broke' } as const;

function fleetOf(): TestFleet {
  const fleet = new TestFleet(scheduled('orders'));
  fleet.operators = ['chat', 'pager'];
  return fleet;
}

/** The log, newest first: `chat opened 1 accepted: ok`. */
async function logOf({ store }: TestFleet): Promise<readonly string[]> {
  return (await store.alerts.attempts({ most: 99 })).map(({ attempt }) => {
    const { channel, kind, number, result, reason } = attempt ?? {};
    return `${channel} ${kind} ${number} ${result}: ${reason}`;
  });
}

describe('an attempt to send a notice', () => {
  it('is recorded with its answer, one for each channel', async () => {
    const fleet = fleetOf();
    const { alerting } = fleet.monitor();
    await alerting.apply('orders', [PROBLEM]);

    await alerting.deliver(['orders']);

    expect((await logOf(fleet)).toSorted()).toEqual([
      'chat opened 1 accepted: ok',
      'pager opened 1 accepted: ok',
    ]);
    expect(await fleet.store.alerts.attempts({ most: 1, canary: 'orders' })).toMatchObject([
      {
        attempt: { canary: 'orders', stream: 'observer', address: expect.stringMatching(/^the address of/) },
      },
    ]);
  });

  it('that is repeated is recorded again, with its number', async () => {
    const fleet = fleetOf();
    const { alerting } = fleet.monitor();
    fleet.send = async (channel) => {
      if (channel === 'chat') throw new DeliveryError('it answered 503');
    };
    await alerting.apply('orders', [PROBLEM]);
    await alerting.deliver(['orders']);
    fleet.send = async () => {};
    await fleet.harness.clock.sleep(20_000);

    await alerting.deliver(['orders']);

    expect((await logOf(fleet)).filter((line) => line.startsWith('chat'))).toEqual([
      'chat opened 2 accepted: ok',
      'chat opened 1 refused: it answered 503',
    ]);
  });

  it('whose sender stopped is recorded by the next one as unclear', async () => {
    const fleet = fleetOf();
    await fleet.monitor().alerting.apply('orders', [PROBLEM]);
    let saves = 0;
    const alerts: AlertStore = {
      ...fleet.store.alerts,
      // It dies after it has leased the notices.
      save: async (...given) => {
        saves += 1;
        return saves > 1 ? Promise.reject(new Error('killed')) : fleet.store.alerts.save(...given);
      },
      addAttempts: async () => Promise.reject(new Error('killed')),
    };
    await expect(fleet.monitor({ owner: 'dead', alerts }).alerting.deliver(['orders'])).rejects.toThrow(
      'killed',
    );
    fleet.sent.length = 0;
    await fleet.harness.clock.sleep(61_000);

    await fleet.monitor().alerting.deliver(['orders']);

    expect((await logOf(fleet)).toSorted()).toEqual([
      'chat opened 1 unclear: dead stopped before it recorded the outcome',
      'chat opened 2 accepted: ok',
      'pager opened 1 unclear: dead stopped before it recorded the outcome',
      'pager opened 2 accepted: ok',
    ]);
  });

  it('that cannot be recorded is sent and marked, and is a fault', async () => {
    const fleet = fleetOf();
    fleet.operators = ['pager'];
    const alerts: AlertStore = {
      ...fleet.store.alerts,
      addAttempts: async () => Promise.reject(new ObserverError('the store is away')),
    };
    const { alerting } = fleet.monitor({ alerts });
    await alerting.apply('orders', [PROBLEM]);

    await expect(alerting.deliver(['orders'])).rejects.toThrow('the store is away');

    expect(fleet.words).toEqual(['pager opened orders']);
    expect((await fleet.store.alerts.load('orders'))?.outbox).toEqual([]);
    expect(await logOf(fleet)).toEqual([]);
  });
});
