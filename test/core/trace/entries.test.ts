import { describe, expect, it } from '@jest/globals';
import type { Evidence, StepResult } from '../../../runner/core/model/run-result.ts';
import { NO_SECRETS } from '../../../runner/core/redaction/redact.ts';
import { entriesOfExecution } from '../../../runner/core/trace/entries-of-execution.ts';
import { entriesOfJournal } from '../../../runner/core/trace/entries-of-journal.ts';
import { entriesOfLogs } from '../../../runner/core/trace/entries-of-logs.ts';
import { entriesOfRun, tracedRun } from '../../../runner/core/trace/entries-of-run.ts';
import { entriesOfSegments } from '../../../runner/core/trace/entries-of-segments.ts';
import { resultOf, stepResultOf } from '../../support/run/builders.ts';

const act = (more: Partial<StepResult> = {}) =>
  stepResultOf({
    stepId: 'place',
    name: 'Place',
    mode: 'act',
    hop: 'POST https://api',
    startedAtMs: 1_000,
    ...more,
  });
const check = (more: Partial<StepResult> = {}) =>
  stepResultOf({
    stepId: 'stored',
    name: 'Stored',
    hop: 'table orders · by id',
    startedAtMs: 2_000,
    durationMs: 500,
    ...more,
  });
const thing = (more: Partial<Evidence> = {}): Evidence => ({
  kind: 'thing',
  id: 'e1',
  takenAtMs: 2_300,
  data: {},
  ...more,
});
const UNCHECKED = {
  atMs: 2_000,
  endMs: 2_500,
  place: 'table orders',
  kind: 'unchecked',
  what: 'Stored',
  source: 'runs',
  fault: 'error',
};
const seen = { place: 'table orders', kind: 'seen', what: 'Stored', source: 'runs', id: 'e1' };

describe('the entries of a run', () => {
  it('show an act that was answered without being done as no sending', () => {
    const run = resultOf({ steps: [act({ verdict: 'passed', evidence: [thing({ unsent: true })] })] });

    expect(entriesOfRun(run)).toEqual([expect.objectContaining({ kind: 'noted', what: 'Place' })]);
    expect(tracedRun(run).way).toBe('nothing was sent');
  });

  it('are its acts, with their time, and its cleanup', () => {
    const cleanup = [act({ name: 'Cancel', startedAtMs: 9_000, durationMs: 5 })];

    expect(entriesOfRun(resultOf({ steps: [act()], cleanup }))).toEqual([
      { atMs: 1_000, endMs: 2_000, place: 'POST https://api', kind: 'sent', what: 'Place', source: 'runs' },
      {
        atMs: 9_000,
        endMs: 9_005,
        place: 'POST https://api',
        kind: 'sent',
        what: 'cleanup: Cancel',
        source: 'runs',
      },
    ]);
  });

  it.each<{ name: string; steps: readonly StepResult[]; entry: object | undefined }>([
    {
      name: 'a dated thing, when it happened',
      steps: [check({ evidence: [thing({ happenedAtMs: 2_100 })] })],
      entry: { ...seen, atMs: 2_100 },
    },
    {
      name: 'a lasting thing, when it was taken',
      steps: [act(), check({ evidence: [thing({ final: true })], timeToEffectMs: 40 })],
      entry: { ...seen, atMs: 2_300 },
    },
    {
      name: 'a thing that was looked up, by its time to effect',
      steps: [act(), check({ evidence: [thing()], timeToEffectMs: 40 })],
      entry: { ...seen, atMs: 1_040 },
    },
    {
      name: 'a thing that was looked up without a time to effect',
      steps: [act(), check({ evidence: [thing()] })],
      entry: { ...seen, atMs: 2_300 },
    },
    {
      name: 'a thing that was looked up before any act',
      steps: [check({ evidence: [thing()], timeToEffectMs: 40 })],
      entry: { ...seen, atMs: 2_300 },
    },
    {
      name: 'a thing that did not come, at the deadline',
      steps: [check({ verdict: 'failed' })],
      entry: {
        atMs: 2_500,
        place: 'table orders',
        kind: 'missing',
        what: 'Stored',
        source: 'runs',
        fault: 'failed',
      },
    },
    {
      name: 'a check that could not see, for as long as it tried',
      steps: [check({ verdict: 'error' })],
      entry: UNCHECKED,
    },
    {
      name: 'a watch that could not see, for as long as it tried',
      steps: [check({ mode: 'never', verdict: 'error' })],
      entry: UNCHECKED,
    },
    { name: 'nothing of a check that passed without a thing', steps: [check()], entry: undefined },
    { name: 'nothing of a never without a thing', steps: [check({ mode: 'never' })], entry: undefined },
    {
      name: 'nothing of a check that was passed over',
      steps: [check({ verdict: 'skipped' })],
      entry: undefined,
    },
    {
      name: 'nothing of an act that was passed over',
      steps: [act({ verdict: 'skipped' })],
      entry: undefined,
    },
    {
      name: 'a thing that must not come, as a fault',
      steps: [check({ mode: 'never', verdict: 'error', evidence: [thing()] })],
      entry: { ...seen, atMs: 2_300, fault: 'error' },
    },
    {
      name: 'a thing at a place without a name, by its step',
      steps: [check({ hop: '', evidence: [thing()] })],
      entry: { ...seen, atMs: 2_300, place: 'Stored' },
    },
  ])('are $name', ({ steps, entry }) => {
    const last = entriesOfRun(resultOf({ steps })).filter(({ kind }) => kind !== 'sent');

    expect(last).toEqual(entry === undefined ? [] : [entry]);
  });

  it('say of a thing that it lacks the id', () => {
    const hops = [
      { stepId: 'place', id: 'sent' },
      { stepId: 'stored', id: 'lost', why: 'no attribute' },
    ] as const;
    const steps = [check({ evidence: [thing()] })];

    const [entry] = entriesOfRun(resultOf({ steps, continuity: { seen: 1, of: 2, hops } }));

    expect(entry?.what).toBe('Stored (without the id)');
  });
});

describe('of things that nothing shows to belong to the run', () => {
  const foreign = (...ids: readonly string[]) => ({
    continuity: { seen: 1, of: 1, hops: [{ stepId: 'stored', id: 'unknown' as const, foreign: ids }] },
  });

  it('a check that passed shows nothing', () => {
    const run = resultOf({ steps: [act(), check({ evidence: [thing()] })], ...foreign('e1') });

    expect(entriesOfRun(run).map(({ kind }) => kind)).toEqual(['sent']);
    expect(tracedRun(run).way).toBe('sent to POST https://api');
  });

  it('a check that failed shows that its own did not come', () => {
    const run = resultOf({
      steps: [act(), check({ verdict: 'failed', evidence: [thing()] })],
      ...foreign('e1'),
    });

    expect(entriesOfRun(run).map(({ kind }) => kind)).toEqual(['sent', 'missing']);
    expect(tracedRun(run).way).toBe('sent to POST https://api; not seen at table orders');
  });

  it('a check shows the others alone', () => {
    const run = resultOf({ steps: [check({ evidence: [thing(), thing({ id: 'e2' })] })], ...foreign('e1') });

    expect(entriesOfRun(run).map(({ id }) => id)).toEqual(['e2']);
  });
});

describe('the way of a run', () => {
  it.each<{ steps: readonly StepResult[]; way: string }>([
    { steps: [], way: 'nothing was sent' },
    { steps: [act()], way: 'sent to POST https://api' },
    {
      steps: [act(), check({ hop: 'bus orders', evidence: [thing()] }), check({ verdict: 'failed' })],
      way: 'sent to POST https://api, seen at bus orders; not seen at table orders',
    },
    {
      steps: [
        act(),
        check({ hop: 'bus orders', verdict: 'failed' }),
        check({ verdict: 'error' }),
        check({ hop: 'queue dlq', mode: 'never', verdict: 'error' }),
      ],
      way: 'sent to POST https://api; not seen at bus orders; could not see at table orders, queue dlq',
    },
    {
      steps: [act(), check({ verdict: 'skipped' }), check({ mode: 'never' }), check({ hop: '' }), check()],
      way: 'sent to POST https://api',
    },
  ])('is: $way', ({ steps, way }) => {
    const run = resultOf({ steps });

    expect(tracedRun(run)).toEqual({
      runId: run.runId,
      canary: 'test-canary',
      verdict: 'passed',
      way,
    });
  });

  it('comes with the continuity of the id', () => {
    const continuity = { seen: 2, of: 2, hops: [] };

    expect(tracedRun(resultOf({ continuity })).continuity).toBe('the id was on 2 of 2 hops');
  });
});

describe('the entries of the journal', () => {
  it.each([
    {
      data: { 'detail-type': 'OrderPlaced', source: 'shop', detail: {} },
      what: 'OrderPlaced from shop',
    },
    { data: { body: { orderId: 'ord_1' }, attributes: {} }, what: '{"orderId":"ord_1"}' },
    { data: { body: 'hello', attributes: {} }, what: 'hello' },
    { data: { total: 1 }, what: '{"total":1}' },
    { data: 'x'.repeat(300), what: `${'x'.repeat(199)}…` },
  ])('call a thing $what', ({ data, what }) => {
    const entry = { feed: 'bus orders', id: 'e1', keys: [], receivedAtMs: 9, happenedAtMs: 7, data };

    expect(entriesOfJournal([entry], NO_SECRETS)).toEqual([
      { atMs: 7, place: 'bus orders', kind: 'seen', what, source: 'journal', id: 'e1' },
    ]);
  });
});

describe('the entries of a log group', () => {
  it.each([
    { message: 'INFO  stored\n', what: 'INFO stored', fault: undefined },
    { message: 'ERROR no table', what: 'ERROR no table', fault: 'failed' },
    { message: '{"level":"error","message":"x"}', what: '{"level":"error","message":"x"}', fault: 'failed' },
    { message: 'no errors at all', what: 'no errors at all', fault: undefined },
  ])('are its lines: $message', ({ message, what, fault }) => {
    expect(entriesOfLogs('/aws/lambda/a', [{ atMs: 1, message }], NO_SECRETS)).toEqual([
      {
        atMs: 1,
        place: 'log /aws/lambda/a',
        kind: 'noted',
        what,
        source: 'logs',
        ...(fault === undefined ? {} : { fault }),
      },
    ]);
  });
});

it('the entries of an execution are its ends, its states and its failures', () => {
  const history = [
    { atMs: 1, type: 'ExecutionStarted' },
    { atMs: 2, type: 'TaskStateEntered', state: 'Charge' },
    { atMs: 3, type: 'TaskScheduled' },
    { atMs: 4, type: 'LambdaFunctionFailed', error: 'Refused', cause: 'no money' },
  ];

  const entries = entriesOfExecution('checkout', { name: 'e1', history }, NO_SECRETS);

  expect(entries.map(({ what, fault }) => [what, fault])).toEqual([
    ['e1: ExecutionStarted', undefined],
    ['e1: TaskStateEntered · Charge', undefined],
    ['e1: LambdaFunctionFailed · Refused · no money', 'failed'],
  ]);
  expect(entries[0]).toMatchObject({ place: 'state machine checkout', source: 'executions', kind: 'noted' });
});

describe('the entries of X-Ray', () => {
  it('are the segments, and the calls in them to something else', () => {
    const document = {
      name: 'orders-api',
      start_time: 1.5,
      end_time: 2,
      subsegments: [
        {
          name: 'Invocation',
          start_time: 1.6,
          subsegments: [{ name: 'DynamoDB', namespace: 'aws', start_time: 1.7 }],
        },
        { name: 'bank', namespace: 'remote', start_time: 1.8, end_time: 1.9, fault: true },
        { name: 'no time', namespace: 'remote' },
        'damaged',
      ],
    };

    const entries = entriesOfSegments([JSON.stringify(document)]);

    expect(entries).toEqual([
      {
        atMs: 1_500,
        endMs: 2_000,
        place: 'service orders-api',
        kind: 'noted',
        what: 'segment',
        source: 'x-ray',
      },
      { atMs: 1_700, place: 'service orders-api', kind: 'noted', what: 'calls DynamoDB', source: 'x-ray' },
      {
        atMs: 1_800,
        endMs: 1_900,
        place: 'service orders-api',
        kind: 'noted',
        what: 'calls bank',
        source: 'x-ray',
        fault: 'failed',
      },
    ]);
  });

  it.each(['no JSON', '[]', '{}'])('are none for %s', (document) => {
    expect(entriesOfSegments([document])).toEqual([]);
  });

  it('are faults for errors, too', () => {
    expect(entriesOfSegments(['{"name":"a","start_time":1,"error":true}'])[0]?.fault).toBe('failed');
  });
});
