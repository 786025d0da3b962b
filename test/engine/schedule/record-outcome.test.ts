import { describe, expect, it } from '@jest/globals';
import { changeableName } from '../../../runner/core/compare/changeable.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { proposeOutcome, recordOutcome } from '../../../runner/engine/schedule/record-outcome.ts';
import { actStep, resultOf, runIdOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;

/** A fleet of one canary with runs on demand in its history, and the number of reads of that. */
async function fleetWith(...onDemand: readonly Partial<RunResult>[]) {
  const fleet = new TestFleet(scheduled('orders', { policy: { severity: 'critical' } }));
  const nowMs = fleet.harness.clock.nowMs();
  const keep = async (more: Partial<RunResult>) =>
    fleet.store.runs.keep(resultOf({ canary: 'orders', slotAtMs: nowMs, startedAtMs: nowMs, ...more }));
  for (const [n, more] of onDemand.entries()) await keep({ runId: runIdOf(n + 1), ...more });
  let reads = 0;
  const runs = {
    ...fleet.store.runs,
    history: async (ask: Parameters<typeof fleet.store.runs.history>[0]) => {
      reads += 1;
      return fleet.store.runs.history(ask);
    },
  };
  const outcome = async (verdict: RunResult['verdict'] | 'missed', minute: number) => {
    const slotAtMs = nowMs + minute * MINUTE_MS;
    const result = resultOf({ canary: 'orders', runId: runIdOf(100 + minute), slotAtMs, verdict: 'failed' });
    const slot = { canary: 'orders', slotAtMs };
    const context = fleet.monitor({ runs });
    await (verdict === 'missed'
      ? recordOutcome({ ...slot, state: 'missed', count: 3 }, context)
      : recordOutcome({ ...slot, state: 'done', result: { ...result, verdict } }, context));
  };
  const incidents = async () => {
    const { target, observer } = (await fleet.store.alerts.load('orders'))?.alert ?? {};
    return [target, observer].flatMap((stream) => stream?.incident ?? []);
  };
  return { outcome, incidents, keep, reads: () => reads };
}

describe('a canary that fails by its schedule', () => {
  it.each([
    { title: 'has passed if a run on demand passed', onDemand: [{}], neverPassed: false },
    {
      title: 'has passed if one was degraded',
      onDemand: [{ verdict: 'degraded' as const }],
      neverPassed: false,
    },
    {
      title: 'has never passed if runs on demand failed',
      onDemand: [{ verdict: 'failed' as const }],
      neverPassed: true,
    },
    { title: 'has never passed without any', onDemand: [], neverPassed: true },
  ])('$title', async ({ onDemand, neverPassed }) => {
    const { outcome, incidents } = await fleetWith(...onDemand);

    await outcome('failed', 1);
    await outcome('failed', 2);

    expect(await incidents()).toMatchObject([
      { neverPassed, severity: neverPassed ? 'warning' : 'critical' },
    ]);
  });

  it('cannot be checked, and has passed on demand', async () => {
    const { outcome, incidents } = await fleetWith({});

    await outcome('missed', 1);

    expect(await incidents()).toMatchObject([{ neverPassed: false }]);
  });

  it('pages from the first failure after a pass on demand', async () => {
    const { outcome, incidents, keep } = await fleetWith({ verdict: 'failed' });
    await outcome('failed', 1);
    await outcome('failed', 2);
    expect(await incidents()).toMatchObject([{ neverPassed: true, severity: 'warning' }]);

    await keep({ runId: runIdOf(50) });
    await outcome('failed', 3);

    expect(await incidents()).toMatchObject([{ neverPassed: false, severity: 'critical' }]);
  });

  it('is searched for in the history only while it is not known to have passed', async () => {
    const { outcome, reads } = await fleetWith({});

    await outcome('passed', 1);
    await outcome('failed', 2);
    expect(reads()).toBe(0);
    const other = await fleetWith({});
    await other.outcome('failed', 1);
    await other.outcome('failed', 2);
    expect(other.reads()).toBe(1);
  });
});

describe('an incident that opens', () => {
  async function opened(
    changes: Engine['changes'],
    { passes = true, canaries = [scheduled('orders')], edited = false } = {},
  ) {
    const fleet = new TestFleet(...canaries);
    const { clock } = fleet.harness;
    const context = fleet.monitor({
      engine: {
        ...fleet.harness.engine,
        earlier: {
          account: '',
          version: '1',
          lastGreen: async () => resultOf({ definition: 'a', runnerVersion: '1' }),
        },
        ...(changes === undefined ? {} : { changes }),
      },
    });
    const record = async (verdict: RunResult['verdict'], minute: number) => {
      const slotAtMs = clock.nowMs() + minute * MINUTE_MS;
      const result = resultOf({
        canary: 'orders',
        runId: runIdOf(minute),
        slotAtMs,
        startedAtMs: slotAtMs,
        definition: edited && verdict === 'failed' ? 'b' : 'a',
        runnerVersion: '1',
        verdict,
      });
      const slot = { canary: 'orders', slotAtMs, state: 'done', result } as const;
      const known = await fleet.store.alerts.load('orders');
      const proposed = proposeOutcome(slot, context, known);
      await recordOutcome(slot, context);
      return { proposed, state: await fleet.store.alerts.load('orders') };
    };
    if (passes) await record('passed', -5);
    const first = await record('failed', -3);
    const second = await record('failed', -2);
    return { first, second, third: await record('failed', -1), nowMs: clock.nowMs() };
  }

  const read: Engine['changes'] = async (of, { fromMs }) => ({
    changes: [{ atMs: fromMs + 1, resource: changeableName(of), what: 'was updated' }],
  });
  const invoking = [
    { ...scheduled('orders'), steps: [actStep('act', { input: { function: 'store-order' } })] },
  ];

  it('has what changed since the last pass, from its first notice on', async () => {
    const { first, second, third, nowMs } = await opened(read, { canaries: invoking });
    const changes = {
      fromMs: nowMs - 5 * MINUTE_MS,
      toMs: nowMs - 3 * MINUTE_MS + 20_000,
      changes: [{ atMs: nowMs - 5 * MINUTE_MS + 1, resource: 'function store-order', what: 'was updated' }],
      unread: [],
    };

    expect(first.proposed).toBeDefined();
    expect(second.proposed).toBeUndefined();
    expect(second.state?.alert.target.incident?.changes).toEqual(changes);
    expect(second.state?.outbox[0]?.notice.changes).toEqual(changes);
    expect(third.proposed).toBeDefined();
    expect(third.state?.alert.target.incident?.changes).toEqual(changes);
  });

  it('has a change of the canary itself, though the second failure opened it', async () => {
    const { second } = await opened(read, { edited: true });

    expect(second.state?.outbox[0]?.notice.changes).toMatchObject({
      changes: [
        {
          resource: 'canary orders',
          what: 'ran with other steps, values or another environment than in its last pass',
        },
      ],
      unread: [],
    });
  });

  it('has none if the canary has never passed, or if none are read', async () => {
    const never = await opened(read, { passes: false, canaries: invoking });
    const unread = await opened(undefined, { canaries: invoking });

    for (const { second } of [never, unread]) {
      expect(second.state?.alert.target.incident).toBeDefined();
      expect(second.state?.alert.target.incident).not.toHaveProperty('changes');
    }
    expect(unread.second.proposed).toBeDefined();
  });
});
