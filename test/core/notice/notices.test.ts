import { describe, expect, it } from '@jest/globals';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import { newAlertState, type Reduction, reduce } from '../../../runner/core/alert/reduce.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, digestFor, playEvents, policyOf, SLOT_MS, START_MS } from '../../support/alerts/alerts.ts';

function slotAt(slot: number): number {
  return START_MS + slot * SLOT_MS;
}

/** The last notice of a script. */
function lastOf(script: string): Notice | undefined {
  return playEvents(script)
    .findLast(({ notices }) => notices.length > 0)
    ?.notices.at(-1);
}

describe('a notice', () => {
  it('of a beginning names the run that decided it', () => {
    expect(lastOf('P F F')).toEqual({
      id: 'orders@a#target1:opened:1',
      incident: 'orders@a#target1',
      stream: 'target',
      kind: 'opened',
      number: 1,
      severity: 'warning',
      atMs: slotAt(3),
      sinceMs: slotAt(2),
      lastPassedAtMs: slotAt(1),
      openedAtMs: slotAt(3),
      runs: 2,
      neverPassed: false,
      flapping: false,
      about: ABOUT,
      run: digestFor(slotAt(3), 'failed'),
    });
  });

  it('that comes late names the newest run, and its start', () => {
    expect(lastOf('( P F F F ) .')).toMatchObject({
      kind: 'opened',
      atMs: slotAt(4) + 1_000,
      openedAtMs: slotAt(3),
      runs: 3,
      run: digestFor(slotAt(4), 'failed'),
    });
  });

  it('of a canary that never passed says so', () => {
    expect(lastOf('F F')?.neverPassed).toBe(true);
    expect(lastOf('F D F F')?.neverPassed).toBe(false);
    expect(lastOf('P delete recreate F F')?.neverPassed).toBe(true);
    expect(lastOf('P pause resume F F')?.neverPassed).toBe(false);
  });

  it.each([
    { script: 'P F F', since: 2, passed: 1, because: 'the first failure in a row' },
    { script: 'P F E E F', since: 2, passed: 1, because: 'whatever gave no data in between' },
    { script: 'P P F F F F +1h .', since: 3, passed: 2, because: 'also when it reminds' },
    {
      script: 'P F F P',
      since: 2,
      passed: 1,
      because: 'also when it ends: the pass after it is none before',
    },
    { script: 'P E E E', since: 2, passed: 1, because: 'the first slot without data' },
    {
      script: 'P M*5',
      since: 6,
      passed: 1,
      because: 'the slot that stands for all that were missed together',
    },
    { script: 'P F F F@1', since: 2, passed: 1, because: 'a result that comes again changes nothing' },
    { script: 'P pause resume F F', since: 2, passed: 1, because: 'a pass before a pause is one' },
  ])('gives the first run against the canary, and the last pass: $script', ({ script, since, passed }) => {
    expect(lastOf(script)).toMatchObject({ sinceMs: slotAt(since), lastPassedAtMs: slotAt(passed) });
  });

  it('gives the start of the run, not its slot', () => {
    const sample = (slotAtMs: number, verdict: Verdict): AlertEvent => ({
      kind: 'result',
      digest: { ...digestFor(slotAtMs, verdict), startedAtMs: slotAtMs + 7 },
      about: ABOUT,
      nowMs: slotAtMs + 9,
      inMaintenance: false,
    });
    const events = [sample(1_000, 'passed'), sample(2_000, 'failed'), sample(3_000, 'failed')];

    const { state } = events.reduce<Pick<Reduction, 'state'>>(
      (before, event) => reduce(before.state, event, policyOf()),
      { state: newAlertState('a', ABOUT) },
    );

    expect(state.target.incident).toMatchObject({ sinceMs: 2_007, lastPassedAtMs: 1_007, openedAtMs: 3_009 });
  });

  it('keeps what changed before the incident for all of its notices', () => {
    const changes = { fromMs: 1, toMs: 2, changes: [], unread: [] };
    const failed = (slotAtMs: number, more: object): AlertEvent => ({
      kind: 'result',
      digest: digestFor(slotAtMs, 'failed'),
      about: ABOUT,
      nowMs: slotAtMs + 9,
      inMaintenance: false,
      ...more,
    });
    const opened = [failed(1_000, {}), failed(2_000, { changes })].reduce<Reduction>(
      (before, event) => reduce(before.state, event, policyOf()),
      { state: newAlertState('a', ABOUT), notices: [] },
    );
    const later = reduce(opened.state, failed(3_000, { changes: { ...changes, fromMs: 7 } }), policyOf());
    const reminded = reduce(later.state, failed(40_000_000, {}), policyOf());

    expect(opened.notices).toMatchObject([{ kind: 'opened', changes }]);
    expect(reminded.notices).toMatchObject([{ kind: 'reminder', changes }]);
  });

  it('names the newest pass, though its result came before an older one', () => {
    expect(lastOf('S S P P@1 F F')?.lastPassedAtMs).toBe(slotAt(3));
  });

  it.each(['F F', 'wrong', 'P delete recreate F F'])('gives no pass if there was none: %s', (script) => {
    expect(lastOf(script)).not.toHaveProperty('lastPassedAtMs');
  });

  it('about the runner itself is never one of a canary that has not passed yet', () => {
    expect(lastOf('wrong')).toMatchObject({ neverPassed: false, sinceMs: START_MS + 1_000 });
  });

  it('that reminds counts all the runs against the canary', () => {
    expect(lastOf('F F F E F F +1h .')).toMatchObject({
      id: 'orders@a#target1:reminder:1',
      runs: 5,
      run: digestFor(slotAt(6), 'failed'),
    });
  });

  it('that reminds counts slots that were missed together one by one', () => {
    expect(lastOf('M*3 M*5 +1h .')).toMatchObject({ kind: 'reminder', runs: 8 });
  });

  it('of an end names the run that ended it', () => {
    expect(lastOf('F F F P')).toEqual({
      id: 'orders@a#target1:closed:1',
      incident: 'orders@a#target1',
      stream: 'target',
      kind: 'closed',
      number: 1,
      severity: 'warning',
      atMs: slotAt(4),
      sinceMs: slotAt(1),
      openedAtMs: slotAt(2),
      closedAtMs: slotAt(4),
      closeReason: 'resolved',
      runs: 3,
      neverPassed: true,
      flapping: false,
      about: ABOUT,
      run: digestFor(slotAt(4), 'passed'),
    });
  });

  it('of an end that comes late says when it ended', () => {
    expect(lastOf('F F ( P P ) .')).toMatchObject({ closedAtMs: slotAt(3), atMs: slotAt(4) + 1_000 });
  });

  it.each([
    { script: 'F F delete', says: { closeReason: 'deleted', reason: 'The canary was deleted.' } },
    { script: 'E E E pause', says: { closeReason: 'paused', reason: 'ann paused the canary: why' } },
    { script: 'M*4', says: { kind: 'opened', runs: 4, reason: 'the runner was unavailable' } },
    { script: 'E M*7', says: { kind: 'opened', runs: 7, reason: 'the runner was unavailable' } },
    { script: 'wrong', says: { kind: 'opened', runs: 0, reason: 'the pager is broken' } },
    { script: 'wrong right', says: { closeReason: 'resolved', reason: 'the pager works again' } },
  ])('without a run has a sentence instead: $script', ({ script, says }) => {
    const notice = lastOf(script);

    expect(notice).toMatchObject(says);
    expect(notice?.run).toBeUndefined();
  });

  it('is of another incident in another incarnation', () => {
    expect(lastOf('F F delete recreate:zz F F')?.incident).toBe('orders@zz#target2');
  });
});
