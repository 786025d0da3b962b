import { describe, expect, it } from '@jest/globals';
import { asMissing, DefinitionError, ObserverError } from '../../../runner/core/base/errors.ts';
import type { Canary, Step } from '../../../runner/core/model/canary.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { HistoryEntry } from '../../../runner/core/store/slots.ts';
import { earlierRuns } from '../../../runner/engine/context/earlier-runs.ts';
import type { EarlierRuns, RunRequest } from '../../../runner/engine/engine.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { actStep, canaryOf, expectStep, neverStep, resultOf, runIdOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const GONE = () => asMissing(new ObserverError('There is no such table.', { permanent: true }));
const HERE = { account: 'here', version: '1.0.0' };

/** A harness with or without its thing and target. */
function harnessWith(fault?: Error): RunHarness {
  const harness = new RunHarness();
  harness.poll = () => fault ?? [{}];
  harness.act = async () => {
    if (fault !== undefined) throw fault;
    return {};
  };
  return harness;
}

/** Runs a canary with everything in place, and then, possibly otherwise, without it. */
async function thenGone(
  steps: readonly Step[],
  given: {
    readonly fault?: Error;
    readonly now?: Partial<Canary>;
    readonly nowSteps?: readonly Step[];
    readonly account?: string;
    readonly environment?: RunRequest['environment'];
    readonly green?: (green: RunResult) => Promise<RunResult | undefined>;
    readonly prepare?: (harness: RunHarness) => void;
  } = {},
): Promise<RunResult> {
  const { fault = GONE(), green = async (one) => one, account = HERE.account, environment } = given;
  const first = await harnessWith().run(canaryOf({}, ...steps), { engine: { earlier: noRunsYet() } });
  expect(first.verdict).toBe('passed');
  const earlier: EarlierRuns = { ...HERE, account, lastGreen: async () => green(first) };
  const harness = harnessWith(fault);
  given.prepare?.(harness);
  return harness.run(canaryOf(given.now ?? {}, ...(given.nowSteps ?? steps)), {
    engine: { earlier },
    ...(environment === undefined ? {} : { environment }),
  });
}

function noRunsYet(): EarlierRuns {
  return { ...HERE, lastGreen: async () => undefined };
}

const LOOK = expectStep('observe', { withinMs: 1_000 });
const WORDS =
  'the thing is gone. It was there in the run of 2023-11-14 22:13 UTC, and the canary has not changed since. There is no such table.';

describe('a thing that an unchanged canary saw in its last green run, and that is gone', () => {
  it.each<[string, Step, string]>([
    ['an expect', LOOK, WORDS],
    ['a never', neverStep('observe', { forMs: 100, has: { no: 1 } }), WORDS],
    ['an act', actStep('put'), WORDS.replace('the thing', 'the system')],
  ])('is the failure of the system: %s', async (_, step, reason) => {
    expect((await thenGone([step])).steps[0]).toMatchObject({ verdict: 'failed', blame: 'target', reason });
  });

  it('is so where a watch cannot be opened any more', async () => {
    const result = await thenGone([LOOK, actStep('put')], {
      prepare: (harness) => {
        harness.open = async () => Promise.reject(GONE());
      },
    });

    expect(result.steps[0]).toMatchObject({
      verdict: 'failed',
      blame: 'target',
      reason: WORDS,
      hop: 'the thing',
    });
    expect(result.steps[1]).toMatchObject({ verdict: 'skipped' });
  });

  it('is so for an index of a table, which is an error of the definition otherwise', async () => {
    const fault = asMissing(new DefinitionError('There is no such index.'));

    expect((await thenGone([LOOK], { fault })).steps[0]).toMatchObject({
      verdict: 'failed',
      blame: 'target',
    });
  });
});

describe('a watched canary whose thing is gone', () => {
  const SIGNAL = { signal: new AbortController().signal };

  it('fails slot after slot, as long as its last green run is kept', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const context = fleet.monitor();
    const engine = { ...context.engine, earlier: earlierRuns(fleet.store.runs, HERE) };
    const work = async () => {
      await fleet.harness.clock.sleep(60_000);
      const slotAtMs = fleet.harness.clock.nowMs();
      await executeSlot(
        { canary: 'orders', slotAtMs, notBeforeMs: slotAtMs },
        { ...context, engine },
        SIGNAL,
      );
    };

    await work();
    fleet.harness.act = async () => Promise.reject(GONE());
    await work();
    await work();

    expect(fleet.reported.map(({ verdict }) => verdict)).toEqual(['passed', 'failed', 'failed']);
    expect(fleet.reported[2]?.steps[0]?.reason).toContain('the system is gone. It was there in the run of');
  });
});

describe('a thing that is not there', () => {
  const observer = { verdict: 'error', blame: 'observer', reason: 'There is no such table.' };

  it.each<[string, Parameters<typeof thenGone>[1]]>([
    ['no run was green', { green: async () => undefined }],
    ['earlier runs cannot be read', { green: async () => Promise.reject(new Error('no store')) }],
    ['the canary has changed', { nowSteps: [{ ...LOOK, input: { table: 'other' } }] }],
    ['a value has changed', { now: { vars: { table: 'other' } } }],
    ['the environment has changed', { environment: { name: 'default', region: 'eu-west-1', vars: {} } }],
    ['it was looked for elsewhere', { account: 'elsewhere' }],
    [
      'it was called otherwise then',
      { green: async (one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, hop: 'another' })) }) },
    ],
    [
      'the step did not pass then',
      {
        green: async (one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, verdict: 'skipped' })) }),
      },
    ],
    [
      'it was another step',
      { green: async (one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, stepId: 'x' })) }) },
    ],
  ])('is an error of the observer, where %s', async (_, given) => {
    expect((await thenGone([LOOK], given)).steps[0]).toMatchObject(observer);
  });

  it('is an error, where no results are kept', async () => {
    const { steps, definition } = await harnessWith(GONE()).run(canaryOf({}, LOOK));

    expect(steps[0]).toMatchObject(observer);
    expect(definition).toBeUndefined();
  });

  it('is an error for a step that has no place yet', async () => {
    const bad = expectStep('observe', { input: { bad: 1 }, withinMs: 1_000 });
    const result = await thenGone([LOOK], { nowSteps: [bad] });

    expect(result.steps[0]).toMatchObject({ verdict: 'error' });
  });

  it('is no different from another fault, where the fault is another', async () => {
    const fault = new ObserverError('Denied.', { permanent: true });

    expect((await thenGone([LOOK], { fault })).steps[0]).toMatchObject({
      verdict: 'error',
      reason: 'Denied.',
    });
  });
});

describe('the definition of a canary', () => {
  it('does not change with its name, its place in the file, its schedule or its alerts', async () => {
    const earlier = noRunsYet();
    const at = { file: 'other.yaml', line: 9, column: 3 };
    const digests = await Promise.all(
      [canaryOf({}, LOOK), canaryOf({ name: 'other', timeoutMs: 1 }, { ...LOOK, name: 'other', at })].map(
        async (canary) => (await harnessWith().run(canary, { engine: { earlier } })).definition,
      ),
    );

    expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(digests[1]).toBe(digests[0]);
  });
});

describe('the last green run', () => {
  const entry = (n: number, verdict?: RunResult['verdict']): HistoryEntry => ({
    canary: 'orders',
    atMs: n,
    what: 'done',
    count: 1,
    ...(verdict === undefined
      ? {}
      : { run: { runId: runIdOf(n), verdict, reason: '', startedAtMs: n, durationMs: 1 } }),
  });

  function storeOf(entries: readonly HistoryEntry[]) {
    const asked: (number | undefined)[] = [];
    const earlier = earlierRuns(
      {
        history: async ({ after, most }) => {
          asked.push(after?.atMs);
          const from = after === undefined ? 0 : entries.findIndex(({ atMs }) => atMs === after.atMs) + 1;
          return entries.slice(from, from + most);
        },
        result: async (runId) => resultOf({ runId }),
      },
      HERE,
    );
    return { earlier, asked };
  }

  it.each([
    ['passed', 'passed'],
    ['degraded', 'degraded'],
  ] as const)('is the newest that %s', async (_, verdict) => {
    const { earlier } = storeOf([entry(9), entry(8, 'failed'), entry(7, verdict), entry(6, 'passed')]);

    expect((await earlier.lastGreen('orders'))?.runId).toBe(runIdOf(7));
  });

  it('is searched for on all pages', async () => {
    const red = Array.from({ length: 250 }, (_, n) => entry(1_000 - n, 'failed'));
    const { earlier, asked } = storeOf([...red, entry(1, 'passed')]);

    expect((await earlier.lastGreen('orders'))?.runId).toBe(runIdOf(1));
    expect(asked).toEqual([undefined, 901, 801]);
  });

  it('is not there where none was', async () => {
    expect(await storeOf([entry(1, 'failed')]).earlier.lastGreen('orders')).toBeUndefined();
    expect(await storeOf([]).earlier.lastGreen('orders')).toBeUndefined();
  });

  it('is given up after ten thousand entries', async () => {
    const red = Array.from({ length: 10_000 }, (_, n) => entry(20_000 - n, 'failed'));
    const { earlier, asked } = storeOf([...red, entry(1, 'passed')]);

    expect(await earlier.lastGreen('orders')).toBeUndefined();
    expect(asked.length).toBe(100);
  });
});
