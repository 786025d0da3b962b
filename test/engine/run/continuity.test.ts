import { describe, expect, it } from '@jest/globals';
import { type RunId, setupIdOf } from '../../../runner/core/base/run-id.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { Evidence, RunResult } from '../../../runner/core/model/run-result.ts';
import type { Verb } from '../../../runner/kinds/kind.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** Things, by the run's id and the value that it sent. */
type Sight = (runId: string, order: string) => readonly Partial<Evidence>[] | Error;

interface Given {
  /** Things that the check finds, or its fault. */
  readonly sight?: Sight;
  /** False for a noun whose things can carry no id. */
  readonly carries?: boolean;
  readonly selects?: 'id' | 'address';
  /** False for a verb that sends no ids. */
  readonly writes?: boolean;
  /** The answer of the act. */
  readonly answer?: Partial<Evidence>;
}

async function runOf(canary: Canary, given: Given = {}): Promise<RunResult> {
  const { sight = () => [], carries = true, selects = 'address', writes = true, answer = {} } = given;
  const harness = new RunHarness();
  let runId = '';
  let order = '';
  harness.act = async (input, context) => {
    runId = context.runId;
    order = String(input['order']);
    return answer;
  };
  harness.poll = () => sight(runId, order);
  const { verbs, nouns } = harness.engine;
  const send: Verb = { ...(verbs['send'] as Verb), ...(writes ? { ownIds: () => [] } : {}) };
  const lacks = carries ? { lacksId: () => 'it lacks the id' } : {};
  const thing = { ...(nouns['thing'] as NonNullable<(typeof nouns)[string]>), selects, ...lacks };
  const engine = { verbs: { send }, nouns: { thing } };
  return harness.run(canary, { engine });
}

/** Accepted for every run: no value of its own. */
const vars = { shop: 'north', order: { $uuid: {} }, key: 'orders/${order}' };
const ACT = actStep('place');
const BY_ID = expectStep('seen', { withinMs: 1_000 });
const BY_ADDRESS = expectStep('seen', { withinMs: 1_000, correlate: false, input: { key: '${key}' } });
const BY_NOTHING = expectStep('seen', { withinMs: 1_000, correlate: false });

describe('the id at a hop', () => {
  const holding = (runId: string) => [{ data: { correlationId: `canary-${runId}` } }];
  const without = () => [{ data: { total: 1 } }];

  it.each<{ name: string; sight: Sight; id: string; selects?: 'id' }>([
    { name: 'was seen in a thing that was selected by it', sight: without, selects: 'id', id: 'seen' },
    { name: 'was lost in a thing without it', sight: without, id: 'lost' },
    { name: 'was seen in a thing that holds it', sight: holding, id: 'seen' },
    { name: 'was seen in the name of a thing', sight: (runId) => [{ id: `e-${runId}` }], id: 'seen' },
    {
      name: 'is unknown of a thing that the setup made',
      sight: (runId) => holding(setupIdOf(runId as RunId)),
      id: 'unknown',
    },
    { name: 'was seen by the noun alone', sight: () => [{ carriesId: true }], id: 'seen' },
    {
      name: 'was lost, as the noun knows of a thing that could not be read',
      sight: () => [{ carriesId: false, unread: [{ path: '', why: 'it is text' }] }],
      id: 'lost',
    },
    {
      name: 'is unknown of a thing that was cut',
      sight: () => [{ truncated: ['body'] }],
      id: 'unknown',
    },
    {
      name: 'is unknown of a thing that could not be read',
      sight: () => [{ unread: [{ path: 'body', why: 'it is archived', absent: true }] }],
      id: 'unknown',
    },
    {
      name: 'was seen in one of several things',
      sight: (runId) => [...without(), ...holding(runId)],
      id: 'seen',
    },
    { name: 'is absent if nothing came', sight: () => [], id: 'absent' },
    { name: 'is unknown if the noun could not poll', sight: () => new Error('no'), id: 'unknown' },
  ])('$name', async ({ sight, id, selects }) => {
    const step = selects === 'id' ? BY_ID : BY_ADDRESS;

    const { continuity } = await runOf(canaryOf({ vars }, ACT, step), {
      sight,
      ...(selects === undefined ? {} : { selects }),
    });

    expect(continuity?.hops).toEqual([
      { stepId: 'place', id: 'sent' },
      { stepId: 'seen', id, ...(id === 'lost' ? { why: 'it lacks the id' } : {}) },
    ]);
  });

  it('is nowhere after an act that was answered without being done, which is no part of the trail', async () => {
    const canary = canaryOf({ vars }, ACT, BY_ADDRESS);

    const { continuity, trail } = await runOf(canary, { sight: without, answer: { unsent: true } });

    expect(continuity).toBeUndefined();
    expect(trail.map(({ stepId }) => stepId)).toEqual(['seen']);
  });

  it('is looked for in a thing that was selected by a value of the system', async () => {
    const step = expectStep('seen', { withinMs: 1_000, correlate: '${order}' });

    const { continuity } = await runOf(canaryOf({ vars }, ACT, step), { sight: without, selects: 'id' });

    expect(continuity?.gap).toEqual({
      after: 'the system',
      before: 'the thing',
      lost: true,
      why: 'it lacks the id',
    });
  });

  it.each<{ name: string; more: Partial<typeof BY_ID>; id: string }>([
    { name: 'by its address', more: { input: { key: '${key}' } }, id: 'lost' },
    { name: 'at a fixed address', more: { input: { key: 'newest' } }, id: 'unknown' },
    { name: 'at an address of the environment', more: { input: { key: '${shop}' } }, id: 'unknown' },
    { name: 'by a value of the run', more: { correlate: '${order}' }, id: 'lost' },
    { name: 'by a constant', more: { correlate: 'north' }, id: 'unknown' },
    { name: 'where it has a value of the run', more: { where: { total: '${order}' } }, id: 'lost' },
    { name: 'where it has one of some', more: { where: { total: { $oneOf: ['${order}'] } } }, id: 'lost' },
    { name: 'where it has another value', more: { where: { at: { $not: '${order}' } } }, id: 'unknown' },
    {
      name: 'after the start of the run',
      more: { where: { at: { $after: '${run.startedAt}' } } },
      id: 'unknown',
    },
    { name: 'as it was expected', more: { has: { total: '${order}' } }, id: 'lost' },
    {
      name: 'as they were expected, with a count',
      more: { has: { total: '${order}' }, count: { atLeast: 1 } },
      id: 'lost',
    },
    { name: 'as many would be', more: { has: { total: { $type: 'text' } } }, id: 'unknown' },
    { name: 'and differs', more: { has: { total: 'x-${order}' } }, id: 'unknown' },
  ])('of a thing without it that was found $name is $id', async ({ more, id }) => {
    const step = expectStep('seen', { withinMs: 1_000, correlate: false, ...more });
    const place = actStep('place', { input: { order: '${order}' } });

    const { continuity } = await runOf(canaryOf({ vars }, place, step), {
      sight: (_, total) => [{ id: 'e-1', data: { total, at: '2126-01-31T12:00:00Z' } }],
    });

    expect(continuity?.hops.at(-1)).toMatchObject(
      id === 'lost' ? { id, why: 'it lacks the id' } : { id, foreign: ['e-1'] },
    );
  });

  it('was seen among things of others, which are named', async () => {
    const { continuity } = await runOf(canaryOf({}, ACT, BY_NOTHING), {
      sight: (runId) => [
        { id: 'e-1', data: {} },
        { id: 'e-2', data: { runId } },
        { id: 'e-3', truncated: ['body'] },
      ],
    });

    expect(continuity?.hops.at(-1)).toEqual({ stepId: 'seen', id: 'seen', foreign: ['e-1', 'e-3'] });
  });

  it('is unknown of a thing that was found as it was expected, if another one was cut', async () => {
    const step = { ...BY_NOTHING, has: { total: '${order}' } };
    const place = actStep('place', { input: { order: '${order}' } });

    const { continuity } = await runOf(canaryOf({ vars }, place, step), {
      sight: (_, total) => [
        { id: 'e-1', data: { total } },
        { id: 'e-2', data: {}, truncated: ['body'] },
      ],
    });

    expect(continuity?.hops.at(-1)).toEqual({ stepId: 'seen', id: 'unknown', foreign: ['e-2'] });
  });

  it.each<{ name: string; canary: Canary; given?: Given }>([
    { name: 'of things that can carry none', canary: canaryOf({}, ACT, BY_ID), given: { carries: false } },
    { name: 'of an act that sends none', canary: canaryOf({}, ACT, BY_ID), given: { writes: false } },
    {
      name: 'of an act that does not correlate',
      canary: canaryOf({}, actStep('place', { correlate: false }), BY_ADDRESS),
    },
    { name: 'of a check of an unknown kind', canary: canaryOf({}, ACT, { ...BY_ID, kind: 'unicorn' }) },
    { name: 'of a check before any act', canary: canaryOf({}, BY_ADDRESS) },
    { name: 'of a never', canary: canaryOf({}, ACT, neverStep('none', { forMs: 1_000 })) },
    {
      name: 'of steps that were passed over',
      canary: canaryOf({ only: ['elsewhere'] }, ACT, BY_ID),
    },
    {
      name: 'of a check whose act did not pass',
      canary: canaryOf({}, actStep('place', { response: { status: 200 } }), BY_ID),
    },
  ])('is no matter $name', async ({ canary, given = {} }) => {
    const { continuity } = await runOf(canary, { sight: () => [{ data: {} }], ...given });

    expect(continuity).toBeUndefined();
  });
});

describe('the trail of a run', () => {
  const others = { id: 'of-others', data: {} };
  /** The things of its checks. */
  const seenIn = ({ trail }: RunResult): readonly string[] =>
    trail.flatMap(({ stepId, evidenceId }) => (stepId === ACT.id ? [] : [evidenceId]));

  it('begins with the first thing of the run, not with the first of all', async () => {
    const run = await runOf(canaryOf({}, ACT, BY_NOTHING), {
      sight: (runId) => [others, { id: 'own', data: { runId } }],
    });

    expect(seenIn(run)).toEqual(['own']);
  });

  it('has no hop at which only things of others were', async () => {
    const run = await runOf(canaryOf({}, ACT, BY_NOTHING), { sight: () => [others] });

    expect(seenIn(run)).toEqual([]);
  });

  it.each<{
    name: string;
    step: ReturnType<typeof neverStep>;
    seen: Partial<Evidence>;
    ids: readonly string[];
  }>([
    { name: 'no thing of others', step: neverStep('gone', { correlate: false }), seen: others, ids: [] },
    {
      name: 'a thing that may be of the run',
      step: neverStep('gone', { correlate: false }),
      seen: { ...others, truncated: ['body'] },
      ids: ['of-others'],
    },
    {
      name: 'a thing that was selected by a value of the run',
      step: neverStep('gone', { correlate: false, input: { key: '${key}' } }),
      seen: others,
      ids: ['of-others'],
    },
  ])('has of a check that something never comes $name', async ({ step, seen, ids }) => {
    const run = await runOf(canaryOf({ vars }, ACT, step), { sight: () => [seen] });

    expect(seenIn(run)).toEqual(ids);
  });
});
