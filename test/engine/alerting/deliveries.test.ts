import { describe, expect, it } from '@jest/globals';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

describe('due notices', () => {
  it('are delivered although the state of another canary cannot be read, and its fault is thrown after that', async () => {
    const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
    const { apply } = fleet.monitor().alerting;
    for (const name of ['orders', 'returns']) await apply(name, [{ kind: 'problem', reason: 'why' }]);
    const alerts = {
      ...fleet.store.alerts,
      load: async (name: string) =>
        name === 'orders' ? Promise.reject(new Error('unavailable')) : fleet.store.alerts.load(name),
    };
    const { alerting } = fleet.monitor({ alerts });

    await expect(alerting.deliver(['orders', 'returns'])).rejects.toThrow('unavailable');

    expect(fleet.words).toEqual(['pager opened returns']);
  });
});
