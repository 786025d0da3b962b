import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AlertEventInput } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState, CanaryState } from '../../../runner/core/alert/alert-state.ts';
import type { NoticeAttempt } from '../../../runner/core/alert/notice-attempt.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import { withAcceptance } from '../../../runner/core/alert/outbox/receipts.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { type IncidentAsk, readIncident } from '../../../runner/core/incident/read-incident.ts';
import { digestOf } from '../../../runner/core/notice/failure-digest.ts';
import { DamagedRecordError } from '../../../runner/core/store/damaged.ts';
import { ABOUT, policyOf } from '../../support/alerts/alerts.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const START_MS = Date.UTC(2026, 10, 30, 12);
const MINUTE_MS = 60_000;
const { canary } = ABOUT;
const POLICY = policyOf({ after: { failures: 2, of: 2 }, recover: 1, to: ['pager'] });
const ROUTES = { target: ['pager'], observer: ['pager'], channels: [{ name: 'pager', pages: true }] };

/** A canary with a run each minute, its alerts, and what is read of its incidents. */
class Story {
  minute = 0;
  readonly store = memoryStore({ clock: { nowMs: () => this.nowMs } });
  damaged: Error | undefined;
  hop = 'table orders';

  get nowMs(): number {
    return START_MS + this.minute * MINUTE_MS;
  }

  /** A run of each letter: passed, failed, error; `-` is a missed slot. */
  async runs(letters: string, reason = 'no event came within 30 s'): Promise<void> {
    for (const letter of letters) {
      this.minute += 1;
      if (letter === '-') {
        await this.store.runs.skipMissed({
          canary,
          slotAtMs: this.nowMs,
          state: 'missed',
          reason: 'the runner stood still',
          count: 1,
          nowMs: this.nowMs,
        });
        await this.apply({
          kind: 'missed',
          slotAtMs: this.nowMs,
          count: 1,
          reason: 'stood still',
          about: ABOUT,
        });
        continue;
      }
      await this.#run({ p: 'passed', f: 'failed', e: 'error' }[letter] as Verdict, reason);
    }
  }

  async #run(verdict: Verdict, reason: string): Promise<void> {
    const slotAtMs = this.nowMs;
    const claim = { canary, slotAtMs, owner: 'me', nowMs: slotAtMs, leaseUntilMs: slotAtMs + 30_000 };
    const { fence } = (await this.store.runs.claim(claim)) as { readonly fence: number };
    const step = stepResultOf({ verdict, hop: this.hop, reason: verdict === 'passed' ? '' : reason });
    const result = resultOf({
      runId: runIdOf(this.minute),
      canary,
      verdict,
      ...(verdict === 'failed' ? { blame: 'target' } : {}),
      slotAtMs,
      startedAtMs: slotAtMs,
      durationMs: 2_000,
      steps: [step],
    });
    await this.store.runs.commit({ canary, slotAtMs, owner: 'me', fence, nowMs: slotAtMs, result });
    await this.apply({ kind: 'result', digest: digestOf(result), about: ABOUT });
  }

  async apply(...events: readonly AlertEventInput[]): Promise<CanaryState> {
    const known = (await this.store.alerts.load(canary)) ?? newCanaryState(ABOUT, '1a2b3c4d');
    const timed = events.map((event) => ({ ...event, nowMs: this.nowMs + 2_000, inMaintenance: false }));
    const { state } = applyEvents(known, timed, { policy: POLICY, routes: ROUTES, writer: `${this.minute}` });
    if (state !== known) await this.store.alerts.save(state, known.version);
    return state;
  }

  /** The state with a change that no event makes. */
  async edit(change: (alert: AlertState) => AlertState, name = canary): Promise<void> {
    const known =
      (await this.store.alerts.load(name)) ?? newCanaryState({ ...ABOUT, canary: name }, '5e6f7a8b');
    await this.store.alerts.save(
      { ...known, alert: change(known.alert), version: known.version + 1, writer: `edit ${this.minute}` },
      known.version,
    );
  }

  async attempt(more: Partial<NoticeAttempt> = {}): Promise<void> {
    await this.store.alerts.addAttempts([
      {
        canary,
        atMs: this.nowMs + 3_000,
        channel: 'pager',
        notice: `${this.minute}`,
        incident: `${canary}@1a2b3c4d#target1`,
        stream: 'target',
        kind: 'opened',
        number: 1,
        result: 'accepted',
        reason: 'ok',
        ...more,
      },
    ]);
  }

  async read(more: Partial<IncidentAsk> = {}) {
    const { runs, alerts } = this.store;
    const source = {
      runs,
      alerts: {
        ...alerts,
        load: async (name: string) => {
          if (this.damaged !== undefined) throw this.damaged;
          return alerts.load(name);
        },
      },
    };
    return readIncident(
      {
        incident: `${canary}@1a2b3c4d#target1`,
        canary,
        stream: 'target',
        nowMs: this.nowMs + 10_000,
        policy: POLICY,
        about: ABOUT,
        ...more,
      },
      source,
    );
  }
}

const linesOf = (view: Awaited<ReturnType<Story['read']>>): readonly string[] =>
  (view?.story ?? []).map(
    ({ atMs, kind, outcome, count = 1, text, untilMs }) =>
      `${(atMs - START_MS) / 1_000}${untilMs === undefined ? '' : `–${(untilMs - START_MS) / 1_000}`} ${outcome ?? kind}${count > 1 ? ` ×${count}` : ''}${text === '' ? '' : ` ${text}`}`,
  );

let story: Story;
beforeEach(() => {
  story = new Story();
});

describe('an open incident', () => {
  it('begins with the passes before it, and shows the run that was one too many', async () => {
    await story.runs('pppppfff');
    await story.attempt();
    const view = await story.read();

    expect(view).toMatchObject({
      isOpen: true,
      sinceMs: START_MS + 6 * MINUTE_MS,
      openedAtMs: START_MS + 7 * MINUTE_MS + 2_000,
      lastPassedAtMs: START_MS + 5 * MINUTE_MS,
      runs: 3,
      cause: 'table orders',
      reason: 'no event came within 30 s',
      isStoryCut: false,
      firstFailure: { runId: runIdOf(6) },
      comparison: { pass: { runId: runIdOf(5) } },
      others: [],
    });
    expect(linesOf(view)).toEqual([
      '182–302 passed ×3',
      '362–422 failed ×2 A step: no event came within 30 s',
      '422 opened The incident opened: one failure too many.',
      '482 failed A step: no event came within 30 s',
      "483 notice pager accepted the notice 'opened': ok",
    ]);
    expect(view?.explained.join(' ')).toContain('It fails since');
  });

  it('shows mutes, pauses and acknowledgements while the state knows them', async () => {
    await story.runs('pff');
    const by = 'ann@laptop';
    story.minute += 1;
    const opened = await story.apply();
    await story.store.alerts.save(
      {
        ...withAcceptance(opened, opened.outbox[0] as never, { answer: 'ok', nowMs: story.nowMs }),
        version: opened.version + 1,
        writer: 'accepted',
      },
      opened.version,
    );
    await story.apply({ kind: 'ack', untilMs: story.nowMs + 60 * MINUTE_MS, by });
    await story.apply({ kind: 'silence', untilMs: story.nowMs + 60 * MINUTE_MS, by, reason: 'release 12' });
    const view = await story.read();

    expect(linesOf(view).slice(-2)).toEqual([
      `242 operator ${by} muted the canary until 2026-11-30 13:04 UTC: release 12`,
      `242 operator ${by} acknowledged it until 2026-11-30 13:04 UTC: no reminders.`,
    ]);
    expect(view?.others).toEqual([]);
  });

  it('does not show a mute that ended before it', async () => {
    await story.apply({ kind: 'silence', untilMs: story.nowMs + 1_000, by: 'ann', reason: 'release 12' });
    await story.runs('pff');

    expect(linesOf(await story.read()).join()).not.toContain('release 12');
  });

  it('lists open incidents of other canaries with the same cause, the oldest first', async () => {
    await story.runs('pff');
    const incident = (await story.store.alerts.load(canary))?.alert.target.incident as never as object;
    const other = (id: string, sinceMs: number, cause: string) =>
      ({ ...incident, id, sinceMs, cause }) as never;
    await story.edit(
      (alert) => ({ ...alert, target: { ...alert.target, incident: other('b#1', 2, 'table orders') } }),
      'b',
    );
    await story.edit(
      (alert) => ({ ...alert, observer: { ...alert.observer, incident: other('a#1', 1, 'table orders') } }),
      'a',
    );
    await story.edit(
      (alert) => ({ ...alert, target: { ...alert.target, incident: other('c#1', 3, 'queue') } }),
      'c',
    );

    expect((await story.read())?.others.map(({ incident: id }) => id)).toEqual(['a#1', 'b#1']);
  });

  it('of a canary that never passed has no pass to compare with, and one at no resource has no others', async () => {
    story.hop = '';
    await story.runs('ff');
    const view = await story.read();

    expect(view).toMatchObject({ neverPassed: true, firstFailure: { runId: runIdOf(1) }, others: [] });
    expect(view).not.toHaveProperty('comparison');
    expect(view).not.toHaveProperty('cause');
  });

  it('without data shows slots that were missed, together', async () => {
    await story.runs('p---');
    const view = await story.read({ incident: `${canary}@1a2b3c4d#observer1`, stream: 'observer' });

    expect(linesOf(view)).toEqual([
      '62 passed',
      '120–240 missed ×3 the runner stood still',
      '242 opened The incident opened: the canary gives no data.',
    ]);
    expect(view).toMatchObject({ reason: 'stood still' });
    expect(view).not.toHaveProperty('firstFailure');
    expect(view).not.toHaveProperty('comparison');
  });

  it('that lasts long is cut after its opening', async () => {
    await story.runs(`pf${'fe'.repeat(210)}`);
    const view = await story.read();

    expect(view?.isStoryCut).toBe(true);
    expect(linesOf(view).slice(0, 2)).toEqual([
      '62 passed',
      '122–182 failed ×2 A step: no event came within 30 s',
    ]);
  });
});

describe('an incident that is over', () => {
  it('ends with its last pass, while its end is not notified', async () => {
    await story.runs('pffp');
    await story.edit((alert) => ({
      ...alert,
      target: {
        ...alert.target,
        lastNotified: {
          incident: `${canary}@1a2b3c4d#target1`,
          severity: 'critical',
          atMs: 1,
          upgrades: 0,
          reminders: 0,
          remindedAtMs: 1,
          ended: {
            id: `${canary}@1a2b3c4d#target1`,
            sinceMs: START_MS + 2 * MINUTE_MS,
            openedAtMs: START_MS + 3 * MINUTE_MS + 2_000,
            severity: 'critical',
            flapping: false,
            neverPassed: false,
            runs: 2,
            lastAtMs: 1,
            because: { reason: 'it failed' },
            cause: 'table orders',
            ending: { closedAtMs: START_MS + 4 * MINUTE_MS + 2_000, closeReason: 'resolved', because: {} },
          },
        },
      },
    }));
    const view = await story.read();

    expect(view).toMatchObject({ isOpen: false, closeReason: 'resolved', runs: 2, others: [] });
    expect(linesOf(view).at(-1)).toBe('242 closed The incident ended: the canary works again.');
  });

  it('and older is known by its notices and runs', async () => {
    await story.runs('pff');
    await story.attempt();
    await story.runs('p');
    await story.attempt({ kind: 'closed', result: 'unclear', reason: '', number: 2 });
    await story.runs('ppp');
    await story.edit((alert) => ({
      ...alert,
      target: { incidents: 1, evidenceAfterMs: 0, openings: [], flapLevel: 0 },
    }));
    const view = await story.read();

    expect(view).toMatchObject({
      isOpen: false,
      sinceMs: START_MS + 3 * MINUTE_MS + 3_000,
      closedAtMs: START_MS + 4 * MINUTE_MS + 3_000,
    });
    expect(view).not.toHaveProperty('closeReason');
    expect(view).not.toHaveProperty('severity');
    expect(linesOf(view)).toEqual([
      '62 passed',
      '122–182 failed ×2 A step: no event came within 30 s',
      "183 notice pager accepted the notice 'opened': ok",
      '242 passed',
      '243 closed The incident ended.',
      "243 notice pager may have received the notice 'closed', try 2",
    ]);
  });

  it('without data has the reason of its newest slot', async () => {
    await story.runs('p--');
    await story.attempt({
      incident: `${canary}@1a2b3c4d#observer7`,
      stream: 'observer',
      atMs: START_MS + 60_000,
    });
    await story.runs('-');
    const view = await story.read({ incident: `${canary}@1a2b3c4d#observer7`, stream: 'observer' });

    expect(view).toMatchObject({ reason: 'the runner stood still', isOpen: false });
  });

  it('has no known end if only its beginning was notified', async () => {
    await story.runs('p');
    await story.attempt({ result: 'refused', reason: 'gone' });
    const view = await story.read();

    expect(view).not.toHaveProperty('closedAtMs');
    expect(view?.isOpen).toBe(false);
    expect(linesOf(view)).toContain("63 notice pager did not accept the notice 'opened': gone");
  });

  it('is found behind many newer attempts, as far as they are read', async () => {
    await story.attempt();
    for (let count = 1; count <= 150; count += 1) {
      story.minute += 1;
      await story.attempt({ incident: 'other' });
    }
    expect(await story.read()).toMatchObject({ sinceMs: START_MS + 3_000 });
    for (let count = 1; count <= 900; count += 1) {
      story.minute += 1;
      await story.attempt({ incident: 'other' });
    }

    expect(await story.read()).toBeUndefined();
  });
});

describe('an incident of which nothing is known', () => {
  it('has no page', async () => {
    await story.runs('pff');

    expect(await story.read({ incident: `${canary}@1a2b3c4d#target9` })).toBeUndefined();
    expect(await new Story().read()).toBeUndefined();
  });

  it('has one if its notices are, although its state is damaged', async () => {
    story.damaged = new DamagedRecordError('the alerts of orders', 3);
    await story.attempt();
    await story.attempt({ kind: 'closed', atMs: story.nowMs + 4_000 });
    const view = await story.read();

    expect(view).not.toHaveProperty('isOpen');
    expect(view).not.toHaveProperty('closedAtMs');
    expect(linesOf(view).join()).not.toContain('The incident ended');
    expect(view).toMatchObject({
      explained: ['The record of the alerts of orders in the state is damaged.'],
    });
    story.damaged = new Error('no connection');
    await expect(story.read()).rejects.toThrow('no connection');
  });
});
