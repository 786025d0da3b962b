import { describe, expect, it } from '@jest/globals';
import { newAlertState } from '../../../runner/core/alert/reduce.ts';
import { type StoryFacts, storyOf } from '../../../runner/core/incident/story.ts';
import type { HistoryEntry } from '../../../runner/core/store/slots.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';
import { runIdOf } from '../../support/run/builders.ts';

const ALERT = newAlertState('1a2b3c4d', ABOUT);
const entry = (atMs: number, more: Partial<HistoryEntry>): HistoryEntry => ({
  canary: 'orders',
  atMs,
  what: 'done',
  count: 1,
  ...more,
});
const run = (verdict: 'passed' | 'skipped', startedAtMs: number) =>
  ({ runId: runIdOf(1), verdict, reason: '', startedAtMs, durationMs: 5 }) as const;
const story = (more: Partial<StoryFacts>) =>
  storyOf({ stream: 'target', sinceMs: 10, entries: [], attempts: [], ...more });

describe('the story of an incident', () => {
  it('has one event for slots in a row that were lost or missed for one reason', () => {
    const entries = [
      entry(40, { what: 'missed', count: 3, reason: 'stood still for 12 s' }),
      entry(30, { what: 'missed', count: 2, reason: 'stood still for 3 s' }),
      entry(20, { what: 'lost' }),
    ];

    expect(story({ entries })).toEqual([
      { atMs: 20, kind: 'run', outcome: 'lost', text: '' },
      { atMs: 30, untilMs: 40, kind: 'run', outcome: 'missed', count: 5, text: 'stood still for 3 s' },
    ]);
  });

  it('leaves out what is no outcome of a slot', () => {
    const entries = [
      entry(1, { what: 'running' }),
      entry(2, { what: 'extra', run: run('passed', 2) }),
      entry(3, { run: run('skipped', 3) }),
      entry(4, {}),
    ];

    expect(story({ entries })).toEqual([]);
  });

  it('has the pause that ended it, and none of after its end', () => {
    const pause = { by: 'ann', reason: 'the shop is closed', atMs: 20 };
    const closed = { atMs: 20, reason: 'paused' } as const;

    expect(story({ alert: { ...ALERT, pause }, closed }).map(({ text }) => text)).toEqual([
      'The incident ended, because the canary was paused.',
      'ann paused the canary: the shop is closed',
    ]);
    expect(story({ alert: { ...ALERT, pause }, closed: { ...closed, atMs: 19 } })).toHaveLength(1);
  });

  it('shows no acknowledgement whose moment the state does not have', () => {
    const notified = {
      incident: 'a',
      severity: 'critical',
      atMs: 1,
      upgrades: 0,
      reminders: 0,
      remindedAtMs: 1,
    } as const;
    const ack = { untilMs: 60_000, severity: 'critical', by: 'ann' } as const;

    expect(story({ lastNotified: { ...notified, ack } })).toEqual([]);
    expect(story({ lastNotified: { ...notified, ack: { ...ack, atMs: 12 } } })).toEqual([
      { atMs: 12, kind: 'operator', text: 'ann acknowledged it until 1970-01-01 00:01 UTC: no reminders.' },
    ]);
  });
});
