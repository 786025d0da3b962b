import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { ChangesBefore, DatedChange } from '../../../runner/core/model/change.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { EarlierRuns, Engine } from '../../../runner/engine/engine.ts';
import { changesBefore } from '../../../runner/engine/schedule/changes-before.ts';
import { actStep, canaryOf, expectStep, resultOf, stepResultOf } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

type Read = NonNullable<Engine['changes']>;

interface Given {
  readonly canary?: Canary;
  readonly read?: Read;
  readonly more?: Partial<Engine>;
  readonly harness?: RunHarness;
  readonly vars?: JsonMap;
  readonly run?: RunResult;
}

/** Parts of a run that are those of its last pass. */
const SAME = { definition: 'b', runnerVersion: '1.0.0' } as const;

function after(pass: RunResult | undefined): EarlierRuns {
  return { account: '', version: '1.0.0', lastGreen: async () => pass };
}

const PERIOD = { fromMs: 1_000, toMs: 2_000 };

function invoking(...names: readonly string[]): Canary {
  return canaryOf({ name: 'orders' }, ...names.map((name) => actStep(name, { input: { function: name } })));
}

function updated(atMs: number): Read {
  return async ({ type, address }) => ({
    changes: [{ atMs, resource: `${type} ${address}`, what: 'was updated' }],
  });
}

async function changesOf({
  canary = invoking('store-order'),
  read = updated(1_500),
  more = {},
  harness = new RunHarness(),
  vars = {},
  run = resultOf({ startedAtMs: 1_800, ...SAME }),
}: Given): Promise<ChangesBefore | undefined> {
  const engine = { ...harness.engine, changes: read, earlier: after(resultOf(SAME)), ...more };
  return changesBefore({ canary, run, environment: { name: 'default', vars } }, PERIOD, engine);
}

async function readOf(canary: Canary, vars: JsonMap = {}): Promise<readonly string[]> {
  const harness = new RunHarness();
  harness.env = {
    'shop.Api': 'x',
    'shop.Function': 'arn:aws:lambda:eu-west-1:1:function:store',
    'other.Name': 'y',
  };
  const found = await changesOf({ canary, vars, harness });
  return found?.changes.map(({ resource }) => resource) ?? [];
}

describe('the resources whose changes are read', () => {
  it.each<{
    readonly title: string;
    readonly canary: Canary;
    readonly vars?: JsonMap;
    readonly read: readonly string[];
  }>([
    {
      title: 'functions that the canary invokes',
      canary: invoking('a', 'b', 'a'),
      read: ['function a', 'function b'],
    },
    {
      title: 'functions whose log it reads',
      canary: canaryOf(
        { cleanup: [actStep('c', { input: { function: 'c' } })] },
        expectStep('a', { input: { logGroup: '/aws/lambda/a' } }),
        expectStep('b', {
          input: { logGroup: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/b:*' },
        }),
        expectStep('other', { input: { logGroup: '/ecs/other' } }),
        expectStep('not a name', { input: { logGroup: '/aws/lambda/not#one' } }),
      ),
      read: ['function a', 'function b', 'function c'],
    },
    {
      title: 'stacks that its references name, and functions by their values',
      canary: canaryOf(
        { vars: { fn: '${cf:shop.Function}' } },
        actStep('a', { input: { url: '${cf:shop.Api}' } }),
        actStep('b', { input: { function: '${fn}' } }),
        expectStep('c', { input: { logGroup: '/aws/lambda/${name}' } }),
      ),
      vars: { name: '${cf:other.Name}' },
      read: ['stack shop', 'stack other', 'function arn:aws:lambda:eu-west-1:1:function:store', 'function y'],
    },
    {
      title: 'the stack of the environment',
      canary: canaryOf({}, actStep('a', { input: { url: '${cf:shop-${env.name}/Api}' } })),
      read: ['stack shop-default'],
    },
    { title: 'none of a canary that names none', canary: canaryOf({}, actStep('a')), read: [] },
  ])('are $title', async ({ canary, vars, read }) => {
    expect(new Set(await readOf(canary, vars))).toEqual(new Set(read));
  });
});

describe('what changed before an incident', () => {
  it('is absent if the runner reads no changes', async () => {
    const { changes: _, ...engine } = { ...new RunHarness().engine, changes: undefined };
    const of = { canary: invoking('a'), run: resultOf(), environment: { name: 'default', vars: {} } };

    expect(await changesBefore(of, PERIOD, engine)).toBeUndefined();
  });

  it('is the changes in the period, the newest ten first, and the number of the others', async () => {
    const read: Read = async () => ({
      changes: [500, 1_000, 2_000, 2_001, ...Array.from({ length: 10 }, (_, n) => 1_100 + n)].map(
        (atMs): DatedChange => ({ atMs, resource: 'stack shop', what: 'was updated' }),
      ),
    });

    const found = await changesOf({ read });

    expect(found?.changes.map(({ atMs }) => atMs)).toEqual([
      2_000, 1_109, 1_108, 1_107, 1_106, 1_105, 1_104, 1_103, 1_102, 1_101,
    ]);
    expect(found?.omitted).toEqual({ changes: 2, unread: 0 });
  });

  it('has the changes that were read of a resource, and why others of it may be missing', async () => {
    const change = { atMs: 1_500, resource: 'function store-order', what: 'was updated' };
    const read: Read = async (_, { toMs }) => ({ changes: [change], unread: `Cut at ${toMs}.` });

    expect(await changesOf({ read })).toEqual({
      ...PERIOD,
      changes: [change],
      unread: [{ resource: 'function store-order', why: 'Cut at 2000.' }],
    });
  });

  it('names a resource that could not be read, with the reason and without secrets', async () => {
    const harness = new RunHarness();
    const read: Read = async ({ address }) => {
      throw new Error(`not allowed on ${address}: hunter2`);
    };
    const redactor = {
      ...harness.engine.redactor,
      text: (text: string) => text.replaceAll('hunter2', '***'),
    };

    expect(await changesOf({ read, more: { redactor } })).toEqual({
      ...PERIOD,
      changes: [],
      unread: [{ resource: 'function store-order', why: 'not allowed on store-order: ***' }],
    });
  });

  it('names a resource whose name only a run knows, and one whose reference cannot be read', async () => {
    const found = await changesOf({ canary: invoking('${saved}', '${env:NONE}') });

    expect(found?.unread).toEqual([
      { resource: 'function ${saved}', why: 'Its name is known in a run only.' },
      { resource: 'function ${env:NONE}', why: 'no NONE' },
    ]);
  });

  it('waits three seconds at most', async () => {
    const harness = new RunHarness();
    const found = changesOf({ harness, read: async () => new Promise(() => {}) });

    expect((await found)?.unread).toEqual([
      { resource: 'function store-order', why: 'Its changes could not be read in time.' },
    ]);
  });

  it('is read of twenty resources, and lists five that were not read, and the number of the others', async () => {
    const canary = invoking(...Array.from({ length: 30 }, (_, n) => `f${n}`));

    const found = await changesOf({ canary });

    expect(found?.changes).toHaveLength(10);
    expect(found?.unread).toHaveLength(5);
    expect(found?.unread[0]).toEqual({ resource: 'function f20', why: 'Only 20 resources are read.' });
    expect(found?.omitted).toEqual({ changes: 10, unread: 5 });
  });

  it('has what differs from the last pass, whatever the period', async () => {
    const run = resultOf({ startedAtMs: PERIOD.toMs + 60_000, ...SAME });
    const earlier = after(resultOf({ ...SAME, definition: 'a' }));

    const found = await changesOf({ canary: canaryOf({ name: 'orders' }), more: { earlier }, run });

    expect(found).toMatchObject({ changes: [{ resource: 'canary orders' }], unread: [] });
  });

  it('keeps ten of the changes without a moment', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `f${n}`);
    const steps = (version: string) =>
      names.map((name) =>
        stepResultOf({
          stepId: name,
          kind: 'invoke',
          hop: `function ${name}`,
          evidence: [{ kind: 'invoke', id: name, takenAtMs: 0, data: { version } }],
        }),
      );

    const found = await changesOf({
      canary: canaryOf({ name: 'orders' }),
      more: { earlier: after(resultOf({ ...SAME, steps: steps('1') })) },
      run: resultOf({ ...SAME, steps: steps('2') }),
    });

    expect(found?.changes).toHaveLength(10);
    expect(found?.omitted).toEqual({ changes: 2, unread: 0 });
  });

  it.each([
    { title: 'its last pass is not kept', more: { earlier: after(undefined) } },
    { title: 'no results are stored', more: { earlier: undefined } as never },
  ])('names the canary itself as not read if $title', async ({ more }) => {
    expect(await changesOf({ canary: canaryOf({ name: 'orders' }), more })).toEqual({
      ...PERIOD,
      changes: [],
      unread: [{ resource: 'canary orders', why: 'Its last pass is not kept.' }],
    });
  });
});
