import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { Evidence, RunResult } from '../../../runner/core/model/run-result.ts';
import type { Verb } from '../../../runner/kinds/kind.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

type Sight = (runId: string) => readonly Partial<Evidence>[] | Error;

interface Given {
  /** Things that the check finds, or its fault. */
  readonly sight?: Sight;
  /** False for a noun whose things can carry no id. */
  readonly carries?: boolean;
  readonly selects?: 'id' | 'address';
  /** False for a verb that sends no ids. */
  readonly writes?: boolean;
}

async function runOf(canary: Canary, given: Given = {}): Promise<RunResult> {
  const { sight = () => [], carries = true, selects = 'address', writes = true } = given;
  const harness = new RunHarness();
  let runId = '';
  harness.act = async (_, context) => {
    runId = context.runId;
    return {};
  };
  harness.poll = () => sight(runId);
  const { verbs, nouns } = harness.engine;
  const send: Verb = { ...(verbs['send'] as Verb), ...(writes ? { ownIds: () => [] } : {}) };
  const lacks = carries ? { lacksId: () => 'it lacks the id' } : {};
  const thing = { ...(nouns['thing'] as NonNullable<(typeof nouns)[string]>), selects, ...lacks };
  const engine = { verbs: { send }, nouns: { thing } };
  return harness.run(canary, { engine });
}

const ACT = actStep('place');
const BY_ID = expectStep('seen', { withinMs: 1_000 });
const BY_ADDRESS = expectStep('seen', { withinMs: 1_000, correlate: false });

describe('the id at a hop', () => {
  const holding = (runId: string) => [{ data: { correlationId: `canary-${runId}` } }];
  const without = () => [{ data: { total: 1 } }];

  it.each<{ name: string; sight: Sight; id: string; selects?: 'id' }>([
    { name: 'was seen in a thing that was selected by it', sight: without, selects: 'id', id: 'seen' },
    { name: 'was lost in a thing without it', sight: without, id: 'lost' },
    { name: 'was seen in a thing that holds it', sight: holding, id: 'seen' },
    { name: 'was seen in the name of a thing', sight: (runId) => [{ id: `e-${runId}` }], id: 'seen' },
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

    const { continuity } = await runOf(canaryOf({}, ACT, step), {
      sight,
      ...(selects === undefined ? {} : { selects }),
    });

    expect(continuity?.hops).toEqual([
      { stepId: 'place', id: 'sent' },
      { stepId: 'seen', id, ...(id === 'lost' ? { why: 'it lacks the id' } : {}) },
    ]);
  });

  it('is looked for in a thing that was selected by a value of the system', async () => {
    const step = expectStep('seen', { withinMs: 1_000, correlate: 'ord_1' });

    const { continuity } = await runOf(canaryOf({}, ACT, step), { sight: without, selects: 'id' });

    expect(continuity?.gap).toEqual({
      after: 'the system',
      before: 'the thing',
      lost: true,
      why: 'it lacks the id',
    });
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
