import { describe, expect, it } from '@jest/globals';
import type { Incident, LastNotified, StreamState } from '../../../runner/core/alert/alert-state.ts';
import { newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { runInHistory } from '../../../runner/core/compare/run-in-history.ts';
import type { ChangesBefore } from '../../../runner/core/model/change.ts';
import type { AlertStream } from '../../../runner/core/notice/notice.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const MINUTE_MS = 60_000;

function runAt(minute: number, verdict: Verdict) {
  const atMs = minute * MINUTE_MS;
  const steps = [stepResultOf({ verdict, timeToEffectMs: 10 + minute, evidence: [] })];
  return resultOf({
    canary: 'orders',
    runId: runIdOf(minute),
    verdict,
    slotAtMs: atMs,
    startedAtMs: atMs,
    steps,
  });
}

async function historyOf(...verdicts: readonly Verdict[]) {
  return runInHistory(...(await storeWith(...verdicts)));
}

async function storeWith(...verdicts: readonly Verdict[]) {
  const store = memoryStore({ clock: { nowMs: () => 1_000 * MINUTE_MS } });
  const made = verdicts.map((verdict, index) => runAt(index, verdict));
  for (const run of made) await store.runs.keep(run);
  return [store, made.at(-1) as (typeof made)[number]] as const;
}

const CHANGES: ChangesBefore = {
  fromMs: 0,
  toMs: MINUTE_MS,
  changes: [],
  unread: [{ resource: 'stack shop', why: 'You may not.' }],
};

function incidentFrom(minute: number): Incident {
  return {
    id: 'orders@1#target1',
    sinceMs: minute * MINUTE_MS,
    openedAtMs: minute * MINUTE_MS,
    severity: 'critical',
    flapping: false,
    neverPassed: false,
    runs: 1,
    lastAtMs: minute * MINUTE_MS,
    because: {},
    changes: CHANGES,
  };
}

function endedAt(minute: number): LastNotified {
  const ending = { closedAtMs: minute * MINUTE_MS, closeReason: 'resolved', because: {} } as const;
  return {
    incident: 'orders@1#target1',
    severity: 'critical',
    atMs: 1,
    upgrades: 0,
    reminders: 0,
    remindedAtMs: 1,
    ended: { ...incidentFrom(1), ending },
  };
}

describe('a run in the history of its canary', () => {
  it('has its last pass and the begin of the failures, if it did not pass', async () => {
    expect(await historyOf('passed', 'passed', 'failed', 'failed')).toMatchObject({
      runId: runIdOf(3),
      times: [[{ ms: 11 }], [{ ms: 10 }]],
      since: { verdict: 'failed', firstMs: 2 * MINUTE_MS, runs: 2, lastPassMs: MINUTE_MS },
      comparison: { pass: { runId: runIdOf(1) } },
    });
  });

  it.each<{
    readonly title: string;
    readonly state: Partial<StreamState>;
    readonly stream?: AlertStream;
    readonly changes?: ChangesBefore;
  }>([
    { title: 'of the open incident', state: { incident: incidentFrom(1) }, changes: CHANGES },
    {
      title: 'of one without data',
      state: { incident: incidentFrom(0) },
      stream: 'observer',
      changes: CHANGES,
    },
    { title: 'of one that is over, but was not yet', state: { lastNotified: endedAt(1) }, changes: CHANGES },
    {
      title: 'of one without data that is over, but was not yet',
      state: { lastNotified: endedAt(1) },
      stream: 'observer',
      changes: CHANGES,
    },
    { title: 'but none of an incident that began later', state: { incident: incidentFrom(2) } },
    { title: 'but none of one that was over', state: { lastNotified: endedAt(0.5) } },
    { title: 'but none without an incident', state: {} },
  ])('has the changes $title', async ({ state, stream = 'target', changes }) => {
    const [store, run] = await storeWith('passed', 'failed');
    const fresh = newCanaryState({ ...ABOUT, canary: 'orders' }, '1a2b3c4d');
    const alert = { ...fresh.alert, [stream]: { ...fresh.alert[stream], ...state } };
    await store.alerts.save({ ...fresh, alert, version: 1, writer: 'test' }, 0);

    expect((await runInHistory(store, run)).changes).toEqual(changes);
  });

  it('has no comparison without a pass', async () => {
    const history = await historyOf('failed');

    expect(history).toMatchObject({ times: [], since: { runs: 1 } });
    expect(history).not.toHaveProperty('comparison');
  });

  it.each(['passed', 'degraded', 'skipped'] as const)(
    'has only the times of earlier passes, if it %s',
    async (verdict) => {
      expect(await historyOf('passed', verdict)).toEqual({
        runId: runIdOf(1),
        times: [[{ name: 'A step', ms: 10 }]],
      });
    },
  );
});
