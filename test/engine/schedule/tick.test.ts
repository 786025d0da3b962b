import { describe, expect, it } from '@jest/globals';
import {
  DefinitionError,
  DeliveryError,
  ObserverError,
  TargetError,
} from '../../../runner/core/base/errors.ts';
import { countSlots } from '../../../runner/core/schedule/schedule.ts';
import type { AlertStore, RunStore } from '../../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import { type FleetContext, factsOf, type ScheduledCanary } from '../../../runner/engine/fleet-context.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { recordOutcome } from '../../../runner/engine/schedule/record-outcome.ts';
import { syncFleet } from '../../../runner/engine/schedule/sync-fleet.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { canaryOf } from '../../support/run/builders.ts';
import { away, EVERY_MINUTE, scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const ONWARD = { signal: new AbortController().signal };

/** One tick, the runs that it planned, and a minute. */
async function minute(fleet: TestFleet, context: FleetContext = fleet.monitor()) {
  const { clock } = fleet.harness;
  const endMs = clock.nowMs() + MINUTE_MS;
  const ticked = await tick(context);
  for (const slot of fleet.queued.splice(0)) {
    await clock.sleep(slot.notBeforeMs - clock.nowMs());
    await executeSlot(slot, context, ONWARD);
  }
  await clock.sleep(endMs - clock.nowMs());
  return ticked;
}

/** The slot that a tick queued, once its turn has come. */
async function handedOut(fleet: TestFleet): Promise<QueuedSlot> {
  const [slot] = fleet.queued.splice(0) as [QueuedSlot];
  await fleet.harness.clock.sleep(slot.notBeforeMs - fleet.harness.clock.nowMs());
  return slot;
}

function down(fleet: TestFleet): void {
  fleet.harness.act = async () => {
    throw new TargetError('down');
  };
}

describe('a tick', () => {
  it('queues each slot once, though it comes twice', async () => {
    const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
    await minute(fleet);

    await tick(fleet.monitor());
    await tick(fleet.monitor());

    expect(fleet.queued.map(({ canary }) => canary).toSorted()).toEqual(['orders', 'returns']);
  });

  it('says how long the oldest run has been under way', async () => {
    const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
    const nowMs = fleet.harness.clock.nowMs();
    const claim = { slotAtMs: nowMs - 5_000, owner: 'x', nowMs, leaseUntilMs: nowMs + MINUTE_MS };
    await fleet.store.runs.claim({ canary: 'orders', ...claim });

    expect((await tick(fleet.monitor())).oldestRunMs).toBe(5_000);
    expect((await tick(new TestFleet(scheduled('orders')).monitor())).oldestRunMs).toBe(0);
  });

  it('hands a slot out again until a worker took it, and then no more', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await minute(fleet);
    await tick(fleet.monitor());
    const [lost] = fleet.queued.splice(0);

    await tick(fleet.monitor());
    const again = await handedOut(fleet);
    await executeSlot(again, fleet.monitor(), ONWARD);
    await tick(fleet.monitor());

    expect(again).toEqual(lost);
    expect(fleet.queued).not.toContainEqual(lost);
  });

  it('leaves a canary alone whose slot waits in the queue, so that nothing takes its place', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await minute(fleet);
    await tick(fleet.monitor());
    await fleet.harness.clock.sleep(2 * MINUTE_MS);

    const { planned, omitted } = await tick(fleet.monitor());

    expect({ planned, omitted }).toEqual({ planned: [], omitted: 0 });
    expect(fleet.queued).toHaveLength(1);
  });

  it('counts each slot once, though a tick before it died after it had recorded some, by an earlier time', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { runs } = fleet.store;
    await tick(fleet.monitor());
    fleet.queued.length = 0;
    const bornAtMs = (await runs.watermark('orders')) as number;
    await fleet.harness.clock.sleep(40 * MINUTE_MS);
    const settle: RunStore['settle'] = async (asks) => {
      for (const one of asks.flatMap(({ omitted }) => omitted)) await runs.skipMissed(one);
      throw new Error('killed');
    };
    await tick(fleet.monitor({ runs: { ...runs, settle } }));
    await fleet.harness.clock.sleep(40 * MINUTE_MS);

    const { faults } = await tick(fleet.monitor());

    const history = await runs.history({ canary: 'orders', most: 100 });
    const [due] = fleet.queued;
    const counted = history.reduce((sum, { count }) => sum + count, 0);
    expect(faults).toEqual([]);
    expect(counted).toBe(countSlots(EVERY_MINUTE, 'orders', bornAtMs, (due?.slotAtMs as number) - 1));
  });

  it('lets a canary begin when it asked, however late the answer that it was never planned', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { runs } = fleet.store;
    const askedAtMs = fleet.harness.clock.nowMs();
    const planning = async () => {
      const answer = await runs.planning();
      await fleet.harness.clock.sleep(5 * MINUTE_MS);
      return answer;
    };

    await tick(fleet.monitor({ runs: { ...runs, planning } }));

    expect(await runs.watermark('orders')).toBe(askedAtMs);
  });

  it('says when there is more to do', async () => {
    const fleet = new TestFleet(scheduled('orders'));

    const { nextWakeMs } = await tick(fleet.monitor());

    expect(nextWakeMs).toBeGreaterThan(fleet.harness.clock.nowMs());
    expect((await tick(new TestFleet().monitor())).nextWakeMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('reports a runner that stands still in every run as “no data”, never as a failure', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    const { clock } = fleet.harness;
    fleet.harness.act = async () => {
      clock.standStill(clock.nowMs() + 500, 12_000);
      return new Promise<never>(() => {});
    };
    for (let slots = 0; slots < 5; slots += 1) await minute(fleet);

    const { target, observer } = (await fleet.store.alerts.load('orders'))?.alert ?? {};
    expect(new Set(fleet.reported.map(({ verdict }) => verdict))).toEqual(new Set(['error']));
    expect(target?.incident).toBeUndefined();
    expect(observer?.incident).toBeDefined();
    expect(fleet.words).toContain('pager opened orders'); // the operators
  });

  it('records slots that nothing ran, and reports them as “no data”', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await minute(fleet);
    await fleet.harness.clock.sleep(60 * MINUTE_MS);

    const ticked = await tick(fleet.monitor());
    await tick(fleet.monitor());

    expect(ticked.omitted).toBeGreaterThan(50);
    expect((await fleet.store.alerts.load('orders'))?.alert.observer.incident).toBeDefined();
    expect(fleet.words).toContain('pager opened orders');
  });

  it('ends a slot whose runner died, and reports it', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const nowMs = fleet.harness.clock.nowMs();
    await fleet.store.runs.claim({
      canary: 'orders',
      slotAtMs: nowMs,
      owner: 'dead',
      nowMs,
      leaseUntilMs: nowMs + 1,
    });
    await fleet.harness.clock.sleep(2 * MINUTE_MS);

    const { lost } = await tick(fleet.monitor());

    expect(lost.map(({ state }) => state)).toEqual(['lost']);
    expect((await fleet.store.alerts.load('orders'))?.alert.samples.map(({ outcome }) => outcome)).toEqual([
      'nothing',
    ]);
  });

  it('applies an outcome that a worker did not come to apply', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    down(fleet);
    await tick(fleet.monitor());
    const slot = await handedOut(fleet);
    const context = fleet.monitor();
    const apply = async () => Promise.reject(new Error('killed'));
    const dying = { ...context, alerting: { ...context.alerting, apply } };
    await expect(executeSlot(slot, dying, ONWARD)).rejects.toThrow('killed');

    await tick(context);

    expect(fleet.words).toEqual(['chat opened orders']);
    expect(await fleet.store.runs.unapplied()).toEqual([]);
  });

  it('does what it can when a store fails it, and names what it could not', async () => {
    const fleet = new TestFleet(scheduled('orders'), scheduled('returns'));
    const context = fleet.monitor();
    const runs: RunStore = {
      ...context.runs,
      settle: async (asks) =>
        (await context.runs.settle(asks)).map((answer, index) =>
          asks[index]?.canary === 'orders' ? { kind: 'failed', thrown: new Error('away') } : answer,
        ),
      expireLeases: async () => Promise.reject(new Error('away')),
      unapplied: async () => Promise.reject(new Error('away')),
    };
    const alerts: AlertStore = {
      ...context.alerts,
      withNotices: async () => Promise.reject(new Error('away')),
    };

    const { faults, planned } = await tick({ ...context, runs, alerts });

    expect(faults).toHaveLength(4);
    expect(planned.map(({ canary }) => canary)).toEqual(['returns']);
  });

  it('plans nothing by a clock that ran back', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await fleet.store.runs.advance({ canary: 'orders', toMs: fleet.harness.clock.nowMs() + 60 * MINUTE_MS });

    const { faults, planned } = await tick(fleet.monitor());

    expect(planned).toEqual([]);
    expect(String(faults[0])).toMatch(/clock/);
  });

  it('reminds of an open incident, and notifies of its end', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { remindMs: 10 * MINUTE_MS } }));
    down(fleet);
    for (let n = 0; n < 4; n += 1) await minute(fleet);
    expect(fleet.words).toEqual(['chat opened orders']);

    const quiet = fleet.monitor({ queue: { holds: () => false, send: async () => {} } });
    for (let n = 0; n < 11; n += 1) await minute(fleet, quiet);
    fleet.harness.act = async () => ({});
    for (let n = 0; n < 2; n += 1) await minute(fleet);

    expect(fleet.words.filter((words) => words.startsWith('chat'))).toEqual([
      'chat opened orders',
      'chat reminder orders',
      'chat closed orders',
    ]);
  });
});

describe('a slot that is applied to the alerts', () => {
  const at = { canary: 'orders', slotAtMs: 1 };

  it.each([
    { slot: { ...at, state: 'skipped' as const }, why: 'was passed over' },
    { slot: { ...at, state: 'running' as const }, why: 'is running' },
    { slot: { ...at, state: 'done' as const }, why: 'has no result any more' },
    { slot: { ...at, canary: 'gone', state: 'lost' as const }, why: 'belongs to a canary that is gone' },
  ])('changes nothing where it $why', async ({ slot }) => {
    const fleet = new TestFleet(scheduled('orders'));

    await recordOutcome(slot, fleet.monitor());

    expect(await fleet.store.alerts.all()).toEqual([]);
  });
});

describe('a state that others write too', () => {
  it('is changed after all of them', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const monitors = ['a', 'b', 'c', 'd'].map((owner) => fleet.monitor({ owner }));

    await Promise.all(
      monitors.map((context, n) =>
        context.alerting.apply('orders', [
          { kind: 'silence', untilMs: 1_700_000_100_000 + n, reason: 'r', by: 'x' },
        ]),
      ),
    );

    expect((await fleet.store.alerts.load('orders'))?.version).toBe(4);
  });

  it('is given up after many tries, with words that say so', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const alerts = { ...fleet.store.alerts, save: async () => false };

    await expect(
      fleet.monitor({ alerts }).alerting.apply('orders', [{ kind: 'pause', reason: 'r', by: 'x' }]),
    ).rejects.toThrow('Other processes wrote the state of orders 20 times');
  });
});

describe('a notice', () => {
  async function failed(fleet: TestFleet): Promise<void> {
    down(fleet);
    for (let n = 0; n < 2; n += 1) await minute(fleet);
  }

  it('is sent again until it is taken', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    let tries = 0;
    fleet.send = async () => {
      tries += 1;
      if (tries < 4) throw away();
    };

    await failed(fleet);
    for (let n = 0; n < 5; n += 1) await minute(fleet);

    expect(fleet.words).toEqual(['chat opened orders']);
    expect((await fleet.store.alerts.load('orders'))?.outbox).toEqual([]);
  });

  it('goes to the fallback if its channel is gone, and operators are notified by another', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    fleet.send = async (channel) => {
      if (channel === 'chat') throw away(true);
    };

    await failed(fleet);
    await minute(fleet);

    expect(fleet.words).toContain('pager opened orders');
    expect(fleet.words).toContain('pager opened @runner/chat');
  });

  it('says that the channel works again', async () => {
    const fleet = new TestFleet(
      scheduled('orders'),
      scheduled('returns', { policy: { after: { failures: 5, of: 5 } } }),
    );
    let gone = true;
    fleet.send = async (channel) => {
      if (channel === 'chat' && gone) throw away(true);
    };
    await failed(fleet);
    await minute(fleet);
    gone = false;
    for (let n = 0; n < 4; n += 1) await minute(fleet);

    expect(fleet.words).toContain('pager closed @runner/chat');
  });

  it('without a channel that is left is counted as undelivered', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    fleet.channels = [{ name: 'chat', kind: 'slack', options: {}, address: 'https://chat' }];
    fleet.operators = [];
    fleet.send = async () => {
      throw away(true);
    };

    await failed(fleet);

    expect(fleet.undelivered.map(({ kind, about }) => `${kind} ${about.canary}`)).toContain('opened orders');
  });

  it('is counted as undelivered before it is dropped, so that a death in between loses nothing', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    fleet.channels = [{ name: 'chat', kind: 'slack', options: {}, address: 'https://chat' }];
    fleet.send = async () => {
      throw away(true);
    };
    down(fleet);
    await tick(fleet.monitor());
    const slot = await handedOut(fleet);
    const save: AlertStore['save'] = async (next, basedOn) => {
      if (next.canary === 'orders' && next.outbox.length === 0) throw new Error('killed');
      return fleet.store.alerts.save(next, basedOn);
    };
    const dying = fleet.monitor({ alerts: { ...fleet.store.alerts, save } });

    await expect(executeSlot(slot, dying, ONWARD)).rejects.toThrow('killed');

    expect(fleet.undelivered.map(({ about }) => about.canary)).toEqual(['orders', '@runner/chat']);
  });

  it('is left to the next by a sender whose lease is all but over', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    down(fleet);
    await tick(fleet.monitor());
    const slot = await handedOut(fleet);
    const save: AlertStore['save'] = async (next, basedOn) => {
      const saved = await fleet.store.alerts.save(next, basedOn);
      if (next.outbox.some(({ lease }) => lease !== undefined)) await fleet.harness.clock.sleep(51_000);
      return saved;
    };

    await executeSlot(slot, fleet.monitor({ alerts: { ...fleet.store.alerts, save } }), ONWARD);

    expect(fleet.words).toEqual([]);
    expect((await fleet.store.alerts.load('orders'))?.outbox).toMatchObject([
      { lease: { owner: 'worker-1' } },
    ]);
  });

  it('is not held up by a channel that never answers, nor by a fault of ours', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { to: ['chat', 'pager'] } }));
    fleet.send = async (channel, _, sent) => {
      if (channel === 'chat') await new Promise<never>(() => {});
      sent();
      await Promise.reject('not even an error');
    };
    await failed(fleet);

    const rows = (await fleet.store.alerts.load('orders'))?.outbox ?? [];

    expect(rows.map(({ channel, lastFault }) => `${channel}: ${lastFault}`)).toEqual([
      "chat: Channel 'chat' did not answer in time.",
      "pager: Channel 'pager' could not be used: not even an error",
      'chat: undefined',
    ]);
    expect(rows.map(({ notice }) => notice.kind)).toEqual(['opened', 'opened', 'statusUpdate']);
  });

  it('is tried again where its sender stood still, and that does not count against its channel', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { to: ['chat', 'pager', 'mail'] } }));
    const { clock } = fleet.harness;
    fleet.send = async (channel) => {
      clock.standStill(clock.nowMs() + 1_000, 12_000);
      if (channel === 'chat') await new Promise<never>(() => {});
      await clock.sleep(2_000);
      throw new DeliveryError('it refuses', { permanent: channel === 'mail', retryAfterMs: 9_000 });
    };
    await failed(fleet);

    const rows = (await fleet.store.alerts.load('orders'))?.outbox ?? [];

    expect(rows.map(({ channel, lastFault, excused }) => [channel, lastFault, excused])).toEqual([
      ['chat', expect.stringMatching(/^The sender stood still for .* s\. Channel 'chat' did not/), 1],
      ['pager', expect.stringMatching(/^The sender stood still for .* s\. it refuses$/), 1],
      ['chat', undefined, undefined],
    ]); // the mail channel refuses permanently
  });

  it('whose sender died is sent by another, who says later how things stand', async () => {
    const fleet = new TestFleet(scheduled('orders', { policy: { after: { failures: 1, of: 1 } } }));
    down(fleet);
    await tick(fleet.monitor());
    const slot = await handedOut(fleet);
    let saves = 0;
    const alerts: AlertStore = {
      ...fleet.store.alerts,
      save: async (...given) => {
        saves += 1;
        // It dies after it has leased the notice.
        return saves > 2 ? Promise.reject(new Error('killed')) : fleet.store.alerts.save(...given);
      },
    };
    const notifierOf = () => ({ address: async () => 'a', send: () => new Promise<never>(() => {}) });
    const dead = fleet.monitor({ owner: 'dead', notifierOf, alerts });
    await expect(executeSlot(slot, dead, ONWARD)).rejects.toThrow('killed');

    for (let n = 0; n < 4; n += 1)
      await minute(fleet, fleet.monitor({ queue: { holds: () => true, send: async () => {} } }));

    expect(fleet.words.slice(0, 2)).toEqual(['chat opened orders', 'chat statusUpdate orders']);
  });

  it('that is late says so, and whatever was thrown is put into words', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    let fault: Error | undefined = new ObserverError('a value was not read');
    fleet.send = async () => {
      if (fault !== undefined) throw fault;
    };
    await failed(fleet);
    for (let n = 0; n < 20; n += 1) await minute(fleet);
    const [row] = (await fleet.store.alerts.load('orders'))?.outbox ?? [];
    fault = undefined;
    for (let n = 0; n < 16; n += 1) await minute(fleet);

    expect(row?.lastFault).toBe("Channel 'chat' could not be used: a value was not read");
    expect(fleet.sent[0]).toMatchObject({ channel: 'chat', late: true });
  });

  it('that a bug kept from being sent goes to the fallback at once', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    fleet.send = async (channel) => {
      if (channel === 'chat') throw new Error('a bug');
    };

    await failed(fleet);

    expect(fleet.words).toEqual(['pager opened orders', 'pager opened @runner/chat']);
  });

  it('that a slow receiver never confirms is sent three times, then to the fallback and the operators', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    fleet.channels = fleet.channels.map((channel) => ({ ...channel, timeoutMs: 20_000 }));
    const { clock } = fleet.harness;
    const tries: { readonly kind: string; readonly lastedMs: number }[] = [];
    fleet.send = async (channel, { kind }, sent) => {
      if (channel !== 'chat') return;
      sent();
      const sinceMs = clock.nowMs();
      await clock.sleep(25_000).finally(() => tries.push({ kind, lastedMs: clock.nowMs() - sinceMs }));
    };
    await failed(fleet);
    for (let n = 0; n < 90; n += 1) await minute(fleet);

    expect(tries.filter(({ kind }) => kind === 'opened').length).toBe(3);
    expect(fleet.words.filter((word) => word.startsWith('pager opened'))).toEqual([
      'pager opened orders',
      'pager opened @runner/chat',
    ]);
  });

  it('is ended at its former address, and begun at the new one, with the next tick', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await failed(fleet);
    fleet.address = async (channel) => (channel === 'chat' ? 'a new address' : channel);

    await minute(fleet);

    expect(fleet.sent.map(({ notice, to }) => [notice.kind, notice.closeReason, to])).toEqual([
      ['opened', undefined, undefined],
      ['closed', 'moved', 'the address of chat'],
      ['opened', undefined, undefined],
    ]);
  });

  it('stays where it is while no address can be had in time', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await failed(fleet);
    fleet.address = async () => new Promise<never>(() => {});

    const ticked = await minute(fleet);

    expect(ticked.faults).toEqual([]);
    expect(fleet.words).toEqual(['chat opened orders']);
  });

  it('is left alone where nothing is due', async () => {
    const fleet = new TestFleet(scheduled('orders'));

    await fleet.monitor().alerting.deliver(['orders']);

    expect(await fleet.store.alerts.all()).toEqual([]);
  });
});

describe('an incident of a broken channel', () => {
  it('is over when the channel is not in the project any more', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await fleet.monitor().alerting.apply('@runner/chat', [{ kind: 'problem', reason: 'it is gone' }]);
    await fleet.monitor().alerting.apply('@runner/pager', [{ kind: 'problem', reason: 'it is gone' }]);
    await fleet.monitor().alerting.apply('@runner/old', [{ kind: 'tick' }]);
    fleet.channels = [{ name: 'pager', kind: 'pagerduty', options: {}, address: 'key' }];

    await syncFleet(fleet.monitor(), { allowShrink: false });

    const states = await fleet.store.alerts.all();
    const open = states.filter(({ alert }) => alert.observer.incident !== undefined);
    expect(open.map(({ canary }) => canary)).toEqual(['@runner/pager']);
  });
});

describe('a fleet that was loaded', () => {
  it('has the canaries that run by themselves in its environment', () => {
    const fleet = new TestFleet(
      scheduled('a'),
      scheduled('b', { only: ['prod'] }),
      scheduled('c', { only: ['default'] }),
      canaryOf({ name: 'd' }),
    );

    expect(fleet.monitor().fleet.canaries.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('says of a canary whatever people may need', () => {
    const fleet = new TestFleet(scheduled('a', { runbook: 'https://wiki/a', tags: ['t'] }));
    const context = fleet.monitor();
    const environment = { name: 'default', region: 'eu-west-1', vars: {} };
    const [canary] = context.fleet.canaries as [ScheduledCanary];

    expect(factsOf(canary, { ...context.fleet, environment })).toMatchObject({
      canary: 'a',
      environment: 'default',
      region: 'eu-west-1',
      runbook: 'https://wiki/a',
    });
  });

  it('plans no more of a canary that is never due again', async () => {
    const never = {
      cron: '0 0 30 2 *',
      timezone: 'UTC',
      jitterMs: 0,
      overlap: 'skip',
      catchUp: 'latest',
    } as const;
    const fleet = new TestFleet(scheduled('a', { schedule: never }));

    expect((await tick(fleet.monitor())).nextWakeMs).toBe(Number.POSITIVE_INFINITY);
  });

  async function known(...names: readonly string[]): Promise<TestFleet> {
    const fleet = new TestFleet(...names.map((name) => scheduled(name)));
    down(fleet);
    for (let n = 0; n < 3; n += 1) await minute(fleet);
    fleet.sent.length = 0;
    return fleet;
  }

  it('closes the incidents of canaries that are gone, and knows them again', async () => {
    const fleet = await known('a', 'b', 'c');
    const all = fleet.canaries;
    fleet.canaries = all.slice(1);

    expect(await syncFleet(fleet.monitor(), { allowShrink: false })).toEqual({
      deleted: ['a'],
      recreated: [],
      paused: new Set(),
    });
    await tick(fleet.monitor());
    expect(fleet.words).toEqual(['chat closed a']);

    expect(await syncFleet(fleet.monitor(), { allowShrink: false })).toEqual({
      deleted: [],
      recreated: [],
      paused: new Set(),
    });

    fleet.canaries = all;
    expect(await syncFleet(fleet.monitor(), { allowShrink: false })).toEqual({
      deleted: [],
      recreated: ['a'],
      paused: new Set(),
    });
    expect((await fleet.store.alerts.load('a'))?.alert.life).toBe('active');
  });

  it('names the canaries that are paused and still there, by one read', async () => {
    const fleet = await known('a', 'b', 'c', 'd');
    for (const name of ['a', 'b'])
      await fleet.monitor().alerting.apply(name, [{ kind: 'pause', reason: 'r', by: 'x' }]);
    fleet.canaries = fleet.canaries.slice(1);
    let reads = 0;
    const alerts = {
      ...fleet.store.alerts,
      all: async () => {
        reads += 1;
        return fleet.store.alerts.all();
      },
    };

    const { deleted, paused } = await syncFleet(fleet.monitor({ alerts }), { allowShrink: false });

    expect({ deleted, paused, reads }).toEqual({ deleted: ['a'], paused: new Set(['b']), reads: 1 });
  });

  it.each([
    { left: 0, says: /There is no canary with a schedule.*Before, there were 3/ },
    {
      left: 1,
      says: /2 of 3 canaries are gone \(b, c\).*watch with --allow-shrink, or deploy the stack with AllowShrink=yes/,
    },
  ])('is refused when $left of 3 are left, unless that is meant', async ({ left, says }) => {
    const fleet = await known('a', 'b', 'c');
    fleet.canaries = fleet.canaries.slice(0, left);

    await expect(syncFleet(fleet.monitor(), { allowShrink: false })).rejects.toThrow(says);
    expect((await fleet.store.alerts.load('b'))?.alert.life).toBe('active');
    expect((await syncFleet(fleet.monitor(), { allowShrink: true })).deleted).toHaveLength(3 - left);
  });

  it('is refused when it never had a canary', async () => {
    await expect(syncFleet(new TestFleet().monitor(), { allowShrink: false })).rejects.toThrow(
      DefinitionError,
    );
  });

  it('that shrinks a lot is reported with a few names', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `c${n}`);
    const fleet = await known(...names);
    fleet.canaries = fleet.canaries.slice(0, 2);

    await expect(syncFleet(fleet.monitor(), { allowShrink: false })).rejects.toThrow(
      '(c2, c3, c4, c5, c6, …)',
    );
  });
});
