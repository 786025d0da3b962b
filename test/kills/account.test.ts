import { describe, expect, it } from '@jest/globals';
import type { RunId } from '../../runner/core/base/run-id.ts';
import type { HistoryEntry } from '../../runner/core/store/slots.ts';
import { breachesOf, type Known, type ReceivedNotice } from './account.ts';

const SLOT_MS = Date.UTC(2026, 10, 30, 3, 0, 0);
const NEXT_MS = SLOT_MS + 60_000;

const entry = (atMs: number, what: HistoryEntry['what'] = 'done', count = 1): HistoryEntry => ({
  canary: 'orders',
  atMs,
  what,
  count,
});
/** A run that began that many milliseconds after the first slot, as the system sees it. */
const run = (afterMs: number, rest = 'a'): string =>
  `orders ${Math.floor((SLOT_MS + afterMs) / 1_000).toString(16)}${rest.repeat(24)}`;
const notice = (kind: string, incident = 'i1', path = '/hook'): ReceivedNotice => ({
  path,
  incident,
  kind,
  stream: 'target',
  canary: { name: 'orders' },
});

const SOUND: Known = {
  due: new Map([['orders', [SLOT_MS, NEXT_MS]]]),
  history: [entry(NEXT_MS), entry(SLOT_MS)],
  runs: [run(100), run(60_100)],
  incidents: new Map([['orders', 1]]),
  processed: [notice('opened'), notice('closed')],
};

describe('the account of a watch that was killed', () => {
  it('is without a breach if each slot has a record and a run, and each incident a beginning and an end', () => {
    expect(Object.values(breachesOf(SOUND)).flat()).toEqual([]);
  });

  it('counts a run that was caught up within the second of the next slot for the slot of its record', () => {
    const runs = [run(59_900), run(60_100)];
    const [, runId = ''] = (runs[0] as string).split(' ');
    const summary = {
      runId: runId as RunId,
      verdict: 'passed',
      reason: '',
      startedAtMs: SLOT_MS,
      durationMs: 1,
    } as const;
    const due = new Map([['orders', [SLOT_MS, NEXT_MS - 50]]]);
    const history = [entry(NEXT_MS - 50), { ...entry(SLOT_MS), run: summary }];

    expect(breachesOf({ ...SOUND, due, history, runs })['slots run twice']).toEqual([]);
    expect(breachesOf({ ...SOUND, due, runs })['slots run twice']).toHaveLength(1);
  });

  it.each<[breach: string, cause: string, changed: Partial<Known>]>([
    ['slots lost', 'a slot without a record', { history: [entry(SLOT_MS)] }],
    ['slots lost', 'a run that counts for no slot', { history: [entry(NEXT_MS), entry(SLOT_MS, 'extra')] }],
    ['slots run twice', 'two runs within one slot', { runs: [run(100), run(200, 'b'), run(60_100)] }],
    ['slots run twice', 'a run that acted twice', { runs: [run(100), run(100), run(60_100)] }],
    [
      'incidents not notified',
      'an incident that no receiver processed',
      { incidents: new Map([['orders', 2]]) },
    ],
    ['ends not notified', 'an incident without an end', { processed: [notice('opened')] }],
    ['ends before beginnings', 'an end that came first', { processed: [notice('closed'), notice('opened')] }],
    [
      'ends before beginnings',
      'an end at a receiver that received no beginning',
      { processed: [notice('opened'), notice('closed', 'i1', '/other')] },
    ],
    [
      'ends before beginnings',
      'an end at a fallback before any beginning',
      { processed: [notice('closed', 'i1', '/spare'), notice('opened')] },
    ],
  ])('finds %s in %s', (breach, _cause, changed) => {
    const found = Object.entries(breachesOf({ ...SOUND, ...changed })).filter(([, all]) => all.length > 0);

    expect(found.map(([what, all]) => [what, all.length])).toEqual([[breach, 1]]);
  });

  it('takes an end at a fallback that stands in, and a request to close by hand that is no incident', () => {
    const processed = [
      notice('opened'),
      notice('closed', 'i1', '/spare'),
      notice('combined', 'i1~hook', '/ops'),
    ];

    expect(Object.values(breachesOf({ ...SOUND, processed })).flat()).toEqual([]);
  });

  it('takes several missed slots on one record, and a combined notice for beginning and end', () => {
    const history = [entry(SLOT_MS, 'missed', 2)];
    const processed = [notice('combined')];

    expect(Object.values(breachesOf({ ...SOUND, history, runs: [], processed })).flat()).toEqual([]);
  });
});
