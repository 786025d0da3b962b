import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commonCause, resourceIn } from '../../../runner/core/alert/common-cause.ts';
import { urgentIn } from '../../../runner/core/alert/grouping/plan-groups.ts';
import { sharedChannels } from '../../../runner/core/alert/grouping/shared-channels.ts';
import { LEASE_MS } from '../../../runner/core/alert/outbox/delivery.ts';
import { groupKeyOf, isGrouped } from '../../../runner/core/alert/outbox/grouped.ts';
import { digestFor, START_MS } from '../../support/alerts/alerts.ts';
import { GroupHarness, type SentMessage } from '../../support/alerts/group-harness.ts';
import { MINUTE_MS } from '../../support/alerts/outbox-harness.ts';
import { sampleSize } from '../../support/effort.ts';

const SECOND_MS = 1_000;
const HALF_MS = 30 * SECOND_MS;
/** The longest time for which an incident that flaps stays open after its last failure. */
const FLAPPING_MS = 8 * 60 * MINUTE_MS;

describe('the cause that an incident may share', () => {
  it.each<[hop: string, resource: string | undefined]>([
    ['table orders', 'table orders'],
    ['table orders by customer', 'table orders'],
    ['bus shop · OrderPlaced from shop.orders', 'bus shop'],
    ['bucket invoices · 2026/11/1.pdf', 'bucket invoices'],
    ['GET https://api.example.com/orders/ord_17', 'https://api.example.com'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['X-Ray trace', undefined],
    ['', undefined],
  ])('is the resource of the failed step: %s', (hop, resource) => {
    expect(resourceIn(hop)).toBe(resource);
  });

  it('is the reason of a run without a failed step, and the runner for what no run led to', () => {
    const run = { ...digestFor(1, 'error'), reason: 'Secret `key` does not exist.' };

    expect(commonCause({ run })).toBe('Secret `key` does not exist.');
    expect(commonCause({ run: { ...run, reason: '' } })).toBeUndefined();
    expect(commonCause({ run: { ...run, verdict: 'failed' } })).toBeUndefined();
    expect(commonCause({ run: { ...run, blame: 'definition' } })).toBeUndefined();
    expect(commonCause({ run: { ...run, blame: 'runner' } })).toBe('the runner');
    expect(commonCause({ reason: 'no runner took it' })).toBe('the runner');
  });
});

describe('channels that one fault can flood', () => {
  const channels = ['chat', 'pager', 'mail'].map((name) => ({ name, kind: 'sns', options: {}, address: '' }));
  const withFallback = channels.map((one) => (one.name === 'chat' ? { ...one, fallback: 'pager' } : one));

  it('are those that three canaries may notify', () => {
    const policies = [{ to: ['chat'] }, { to: ['chat', 'pager'] }, { to: ['chat'] }];

    expect([...sharedChannels(policies, { operators: [], channels })]).toEqual(['chat']);
    expect([...sharedChannels(policies.slice(1), { operators: [], channels })]).toEqual([]);
    expect([...sharedChannels(policies, { operators: ['mail'], channels: withFallback })].toSorted()).toEqual(
      ['chat', 'mail', 'pager'],
    );
  });
});

describe('openings with one cause', () => {
  it('wait half a minute for each other, and go out as one', () => {
    const fleet = new GroupHarness().fail('a').later(SECOND_MS).fail('b').fail('c');

    expect(fleet.tick().words).toEqual([]);
    expect(fleet.later(HALF_MS - SECOND_MS - 1).tick().words).toEqual([]);
    expect(fleet.later(1).tick().words).toEqual(['chat opened a, b, c of a']);
    expect(fleet.later(MINUTE_MS).tick().words).toEqual([]);
  });

  it('go out by cause, stream and channel', () => {
    const fleet = new GroupHarness();
    fleet.policies.set('c', { to: ['pager'] });
    fleet.fail('a').fail('b', 'queue jobs').fail('c').fail('d');

    expect(fleet.later(HALF_MS).tick().words).toEqual([
      'chat opened a, d of a besides c',
      'chat opened b',
      'pager opened c besides a, d',
    ]);
  });

  it('do not wait for others without a cause, or at a channel of few canaries', () => {
    const fleet = new GroupHarness();
    fleet.shared = new Set();

    expect(fleet.fail('a', '').fail('b').tick().words).toEqual(['chat opened a', 'chat opened b']);
  });

  it('do not wait if they are critical and the first of their cause', () => {
    const fleet = new GroupHarness();
    fleet.policies.set('a', { severity: 'critical' });

    expect(fleet.pass('a').fail('a').fail('b').tick().words).toEqual(['chat opened a, b of a']);
  });

  it('join the incident that was notified before, after a minute', () => {
    const fleet = new GroupHarness().fail('a').later(HALF_MS).tick();
    fleet.sent.length = 0;
    fleet.fail('b').later(SECOND_MS).fail('c');

    expect(fleet.later(MINUTE_MS - SECOND_MS - 1).tick().words).toEqual([]);
    expect(fleet.later(1).tick().words).toEqual(['chat opened b, c of a besides a']);
  });

  it('come five minutes apart once several are known, unless they are more severe', () => {
    const fleet = new GroupHarness().fail('a').fail('b').later(HALF_MS).tick();
    fleet.sent.length = 0;
    fleet.fail('c').later(5 * MINUTE_MS - 1);

    expect(fleet.tick().words).toEqual([]);
    expect(fleet.later(1).tick().words).toEqual(['chat opened c of a besides a, b']);
    fleet.policies.set('d', { severity: 'critical' });
    expect(fleet.pass('d').fail('d').tick().words).toEqual(['chat opened d of a besides a, b, c']);
    fleet.policies.set('e', { severity: 'critical' });
    expect(fleet.pass('e').fail('e').later(MINUTE_MS).tick().words).toEqual([]);
  });

  it('wait a minute if they are more severe than all before, and not critical', () => {
    const fleet = new GroupHarness();
    for (const name of ['a', 'b']) fleet.policies.set(name, { severity: 'info' });
    fleet.fail('a').fail('b').later(HALF_MS).tick();
    fleet.sent.length = 0;
    fleet.fail('c').later(MINUTE_MS);

    expect(fleet.tick().words).toEqual(['chat opened c of a besides a, b']);
  });

  it('do not join an incident that is over', () => {
    const fleet = new GroupHarness().fail('a').later(HALF_MS).tick().pass('a').fail('b');
    fleet.sent.length = 0;

    expect(fleet.later(HALF_MS).tick().words).toEqual(['chat closed a besides b over', 'chat opened b']);
  });

  it('do not join an incident that ends while their notice is made', () => {
    const fleet = new GroupHarness();
    fleet.shared = new Set();
    fleet.fail('a').tick();
    fleet.shared = new Set(['chat']);
    fleet.fail('b').later(MINUTE_MS);
    const [plan] = fleet.plans();

    fleet.pass('a');

    expect(plan).toMatchObject({ follows: 'a', key: 'a@a#target1' });
    expect(fleet.lease(plan as never)).toBeUndefined();
    expect(fleet.tick().words.slice(1)).toEqual(['chat closed a over', 'chat opened b']);
  });

  it('are left if they have changed meanwhile', () => {
    const fleet = new GroupHarness().fail('a').later(HALF_MS);
    const [plan] = fleet.plans();

    fleet.pass('a');

    expect(fleet.lease(plan as never)).toBeUndefined();
  });

  it('go out by themselves if a process has sent them alone, and at once if another notice waits behind them', () => {
    const fleet = new GroupHarness().fail('a').fail('b');
    const { outbox } = fleet.stateOf('a');
    const tried = { ...outbox[0], attempts: 1 } as (typeof outbox)[number];

    expect(isGrouped(fleet.stateOf('a'), tried, fleet.routesOf('a'))).toBe(false);
    fleet.fail('b', 'table orders', { verdict: 'error' }).fail('b', 'table orders', { verdict: 'error' });
    fleet.fail('b', 'table orders', { verdict: 'error' });
    expect(fleet.tick().words).toEqual(['chat opened a, b of a']);
  });
});

describe('critical openings', () => {
  it('may go out alone until they were tried', () => {
    const fleet = new GroupHarness();
    for (const name of ['a', 'b']) fleet.policies.set(name, { severity: 'critical' });
    fleet.pass('a').fail('a').fail('b').fail('c');
    const urgent = (name: string) =>
      urgentIn(fleet.stateOf(name), { nowMs: fleet.nowMs, routes: fleet.routesOf(name) }).length;

    // b has never passed, so it is a warning.
    expect(['a', 'b', 'c'].map(urgent)).toEqual([1, 0, 0]);
    fleet.sendGroups({ sends: false }).later(LEASE_MS).tick();
    expect(urgent('a')).toBe(0);
    fleet.shared = new Set();
    expect(urgent('a')).toBe(0);
  });
});

describe('the key of an end for a former address', () => {
  it('is its own, not that of the group at the present address', () => {
    const fleet = new GroupHarness().fail('a').fail('b').later(HALF_MS).tick().pass('a');
    const { alert, outbox } = fleet.stateOf('a');
    const [end] = outbox as [(typeof outbox)[number]];

    expect(groupKeyOf(alert, end)).toBe(end.notice.incident);
    expect(groupKeyOf(alert, { ...end, address: 'former' })).toBeUndefined();
    expect(groupKeyOf(alert, { ...end, address: 'former', group: 'earlier' })).toBe('earlier');
  });
});

describe('ends of a group', () => {
  const opened = (...names: readonly string[]): GroupHarness => {
    const fleet = new GroupHarness();
    for (const name of names) fleet.fail(name);
    fleet.later(HALF_MS).tick();
    expect(fleet.words).toEqual([`chat opened ${names.join(', ')} of ${names[0]}`]);
    return fleet;
  };

  it('go out as one when all are over', () => {
    const fleet = opened('a', 'b', 'c').pass('c').pass('a');

    expect(fleet.later(4 * MINUTE_MS).tick().words).toEqual([]);
    expect(fleet.pass('b').tick().words).toEqual(['chat closed a, b, c of a over']);
  });

  it('wait five minutes for the others, and leave the group open', () => {
    const fleet = opened('a', 'b', 'c')
      .pass('a')
      .later(5 * MINUTE_MS);

    expect(fleet.tick().words).toEqual(['chat closed a besides b, c']);
    expect(
      fleet
        .pass('b')
        .later(5 * MINUTE_MS)
        .tick().words,
    ).toEqual(['chat closed b of a besides c']);
    expect(
      fleet
        .later(7 * 60 * MINUTE_MS)
        .pass('c')
        .tick()
        .words.at(-1),
    ).toBe('chat closed c of a over');
  });

  it('do not wait if a person ended them', () => {
    const fleet = opened('a', 'b').act('a', { kind: 'delete' });

    expect(fleet.tick().words).toEqual(['chat closed a besides b']);
  });

  it('do not wait if the canary fails again', () => {
    const fleet = opened('a', 'b').pass('a').fail('a');

    expect(fleet.tick().words).toEqual(['chat closed a besides b']);
    expect(fleet.later(5 * MINUTE_MS).tick().words).toEqual(['chat opened a besides b']);
  });

  it('end nothing while an opening was sent under its key, and the answer is not known', () => {
    const fleet = opened('a', 'b')
      .later(5 * MINUTE_MS)
      .fail('c')
      .later(MINUTE_MS);
    const batches = fleet.plans().map((plan) => fleet.lease(plan));
    fleet
      .pass('a')
      .pass('b')
      .later(5 * MINUTE_MS);

    expect(batches).toHaveLength(1);
    expect(fleet.sendGroups().words).toEqual(['chat closed a, b of a besides c']);
  });
});

describe('other notices of a group', () => {
  it('are joined too: reminders after a minute, rises in severity at once', () => {
    const fleet = new GroupHarness();
    for (const name of ['a', 'b']) fleet.pass(name).fail(name);
    fleet.later(HALF_MS).tick();
    fleet.sent.length = 0;
    fleet.later(60 * MINUTE_MS).tick();

    expect(fleet.words).toEqual([]);
    expect(fleet.later(MINUTE_MS).tick().words).toEqual(['chat reminder a, b of a']);
    for (const name of ['a', 'b']) fleet.policies.set(name, { severity: 'critical' });
    expect(fleet.fail('a').fail('b').tick().words).toEqual(['chat upgraded a, b of a']);
  });

  it('leave out a canary that is acknowledged', () => {
    const fleet = new GroupHarness().fail('a').fail('b').later(HALF_MS).tick();
    fleet.sent.length = 0;
    fleet.act('a', { kind: 'ack', untilMs: fleet.nowMs + 180 * MINUTE_MS, by: 'ann' });
    fleet
      .later(60 * MINUTE_MS)
      .tick()
      .later(MINUTE_MS)
      .tick();

    expect(fleet.words).toEqual(['chat reminder b of a besides a']);
  });

  it('are one for incidents that were over before, once nothing fails there any more', () => {
    const fleet = new GroupHarness().fail('a').fail('b').fail('c').pass('a').pass('b');

    expect(fleet.later(HALF_MS - 1).tick().words).toEqual([]);
    expect(fleet.later(1).tick().words).toEqual(['chat opened c']);
    expect(fleet.pass('c').tick().words).toEqual(['chat combined a, b of a over', 'chat closed c over']);
    expect(
      fleet
        .fail('a')
        .pass('a')
        .fail('b')
        .later(5 * MINUTE_MS - 1)
        .tick().words,
    ).toEqual(['chat opened b']);
    expect(fleet.later(1).tick().words).toEqual(['chat combined a besides b over']);
  });

  it('repeat the state after a try whose outcome is unknown', () => {
    const fleet = new GroupHarness().fail('a').fail('b').later(HALF_MS).sendGroups({ sends: false });

    expect(fleet.later(LEASE_MS).tick().words).toEqual(['chat opened a, b of a']);
    expect(fleet.later(LEASE_MS).tick().words).toEqual(['chat statusUpdate a, b of a']);
  });

  it('join those that are tried again', () => {
    const fleet = new GroupHarness();
    fleet.answer = () => ({ permanent: false });
    fleet.fail('a').fail('b').later(HALF_MS).tick();
    fleet.answer = () => undefined;

    expect(fleet.fail('c').later(HALF_MS).tick().words).toEqual(['chat opened a, b, c of a']);
  });

  it('say since when they are late, and keep a runbook that all of them have', () => {
    const fleet = new GroupHarness();
    fleet.runbook = 'https://wiki/orders';
    fleet
      .fail('a')
      .fail('b')
      .later(20 * MINUTE_MS);
    const batches = fleet.plans().map((plan) => fleet.lease(plan));

    expect(batches).toMatchObject([
      {
        delayedSinceMs: START_MS,
        notice: { about: { canary: '2 canaries', runbook: 'https://wiki/orders' } },
      },
    ]);
  });

  it('have no runbook if theirs differ', () => {
    const fleet = new GroupHarness();
    fleet.runbook = 'https://wiki/orders';
    fleet.fail('a');
    fleet.runbook = 'https://wiki/stock';
    fleet.fail('b').later(HALF_MS).tick();

    expect(fleet.all.map(({ notice }) => notice.about.runbook)).toEqual([undefined]);
  });

  it('join at one channel, and are alone at another', () => {
    const fleet = new GroupHarness();
    fleet.shared = new Set();
    fleet.policies.set('a', { to: ['chat', 'pager'] });
    fleet.fail('a').tick();
    fleet.shared = new Set(['chat', 'pager']);

    fleet.fail('b').later(MINUTE_MS).tick();

    expect(fleet.words).toEqual(['chat opened a', 'pager opened a', 'chat opened b of a besides a']);
    expect(fleet.pass('a').tick().words).toEqual(['pager closed a over']);
  });

  it('are tried again together, and given to the fallback together', () => {
    const fleet = new GroupHarness();
    fleet.channels = [{ name: 'chat', fallback: 'pager' }, { name: 'pager' }];
    fleet.answer = (channel) => (channel === 'chat' ? { permanent: false } : undefined);
    fleet.fail('a').fail('b').later(HALF_MS).tick();
    fleet.answer = () => undefined;

    expect(fleet.words).toEqual([]);
    expect(fleet.later(2 * SECOND_MS).tick().words).toEqual(['chat opened a, b of a']);
    fleet.answer = (channel) => (channel === 'chat' ? { permanent: true } : undefined);
    fleet.pass('a').pass('b').tick();
    expect(fleet.later(HALF_MS).tick().words).toEqual(['pager closed a, b of a over']);
  });
});

describe('canaries that fail, pass and are notified in any order', () => {
  const names = ['a', 'b', 'c', 'd'];
  const place = fc.constantFrom('table orders', 'queue jobs', '');
  const move = fc.oneof(
    { weight: 5, arbitrary: fc.record({ fails: fc.constantFrom(...names), at: place }) },
    { weight: 5, arbitrary: fc.record({ passes: fc.constantFrom(...names) }) },
    { weight: 8, arbitrary: fc.record({ waitsMs: fc.constantFrom(1, HALF_MS, MINUTE_MS, 6 * MINUTE_MS) }) },
    { weight: 2, arbitrary: fc.record({ refuses: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ dies: fc.constant(true) }) },
  );

  function play(fleet: GroupHarness, one: Readonly<Record<string, unknown>>): void {
    const { fails, at, passes, waitsMs, refuses, dies } = one;
    if (typeof fails === 'string') fleet.fail(fails, at as string);
    if (typeof passes === 'string') fleet.pass(passes);
    if (typeof waitsMs === 'number') fleet.later(waitsMs).tick();
    if (refuses !== undefined) fleet.answer = () => (refuses === true ? { permanent: false } : undefined);
    if (dies !== undefined) fleet.sendGroups({ sends: false });
  }

  const waiting = (fleet: GroupHarness) => [...fleet.states.values()].flatMap(({ outbox }) => outbox);

  /** Ticks until nothing waits. A reminder that the last tick decides waits for another one. */
  function rest(fleet: GroupHarness): void {
    fleet.answer = () => undefined;
    for (let n = 0; n < 40 || (n < 50 && waiting(fleet).length > 0); n += 1) fleet.later(MINUTE_MS).tick();
  }

  it('have each beginning and each end delivered, and no key is open or closed wrongly', () => {
    const fails = { fails: 'a', at: 'table orders' } as const;
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const fleet = new GroupHarness();
        for (const name of names)
          fleet.policies.set(name, { severity: name === 'a' ? 'critical' : 'warning' });
        for (const one of moves) play(fleet, one);
        rest(fleet);

        expect(waiting(fleet)).toEqual([]);
        expect(wrongKeysOf(fleet)).toEqual([]);
        fleet.later(FLAPPING_MS);
        for (const name of names)
          if (fleet.stateOf(name).alert.target.incident !== undefined) fleet.pass(name);
        rest(fleet);
        expect(unendedOf(fleet)).toEqual([]);
        expect(wrongKeysOf(fleet)).toEqual([]);
      }),
      {
        numRuns: sampleSize({ small: 50, full: 5_000 }),
        examples: [
          [[fails, ...[1, 6, 1, 6, 6].map((n) => ({ waitsMs: n * MINUTE_MS }))]],
          [[fails, { passes: 'a' }, fails, { passes: 'a' }, fails]],
        ],
      },
    );
  });

  it('flood no channel: of any number, two messages begin and two end what fails and passes within a minute', () => {
    const moments = fc.array(fc.integer({ min: 0, max: MINUTE_MS }), { minLength: 3, maxLength: 60 });
    const phases = fc.integer({ min: 0, max: MINUTE_MS });
    fc.assert(
      fc.property(moments, phases, fc.boolean(), (atMs, phaseMs, areCritical) => {
        const fleet = new GroupHarness();
        const severity = areCritical ? 'critical' : 'warning';
        const all = atMs.map((ms, n) => ({ name: `c${n}`, ms }));
        for (const { name } of all) fleet.policies.set(name, { severity });
        for (const { name } of all) fleet.pass(name);
        const happen = (what: 'fail' | 'pass') => {
          const fromMs = fleet.nowMs;
          const events = [
            ...all.map(({ name, ms }) => ({ ms, run: () => void fleet[what](name) })),
            ...Array.from({ length: 9 }, (_, n) => ({
              ms: phaseMs + n * MINUTE_MS,
              run: () => void fleet.tick(),
            })),
          ];
          for (const { ms, run } of events.toSorted((a, b) => a.ms - b.ms)) {
            fleet.nowMs = fromMs + ms;
            run();
          }
          return fleet.sent.splice(0).length;
        };

        expect(happen('fail')).toBeLessThanOrEqual(2);
        expect(happen('pass')).toBeLessThanOrEqual(2);
        expect([...fleet.states.values()].flatMap(({ outbox }) => outbox)).toEqual([]);
      }),
      { numRuns: sampleSize({ small: 30, full: 500 }) },
    );
  });

  /** Incidents that a message began, and none ended. */
  function unendedOf({ all }: GroupHarness): readonly string[] {
    const ended = new Set(all.filter(({ notice }) => notice.closedAtMs !== undefined).flatMap(incidentsOf));
    return all.flatMap(incidentsOf).filter((incident) => !ended.has(incident));
  }

  /** Keys whose last message says open although nothing of it is open, or the other way round. */
  function wrongKeysOf({ all, states }: GroupHarness): readonly string[] {
    const open = new Set([...states.values()].map(({ alert }) => alert.target.incident?.id));
    return [...Map.groupBy(all, ({ notice }) => notice.incident)].flatMap(([key, messages]) => {
      const last = messages.at(-1)?.notice;
      const isOpen = last?.group?.isOpen ?? last?.closedAtMs === undefined;
      return messages.flatMap(incidentsOf).some((incident) => open.has(incident)) === isOpen ? [] : [key];
    });
  }

  function incidentsOf({ notice }: SentMessage): readonly string[] {
    return notice.group?.members.map(({ incident }) => incident) ?? [notice.incident];
  }
});
