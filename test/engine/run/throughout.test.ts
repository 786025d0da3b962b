import { describe, expect, it } from '@jest/globals';
import { TargetError } from '../../../runner/core/base/errors.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { dryRun } from '../../../runner/engine/run/dry-run.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const throughout = (name: string, more: Parameters<typeof neverStep>[1] = {}) =>
  neverStep(name, { phase: 'throughout', forMs: 5_000, input: { box: name }, ...more });

describe('a check under throughout', () => {
  it('watches next to all steps, and for its time after the last act', async () => {
    const harness = new RunHarness();
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      return {};
    };
    harness.poll = (afterMs, _, { box }) => (box === undefined && afterMs > 3_000 ? [{}] : []);
    const canary = canaryOf({}, actStep('a'), expectStep('b'), actStep('c'), throughout('dlq'));

    const result = await harness.run(canary);

    const [, , last, dlq] = result.steps;
    expect(result).toHaveVerdict('passed');
    expect(dlq).toMatchObject({ stepId: 'dlq', phase: 'throughout', verdict: 'passed' });
    expect(dlq?.startedAtMs).toBe(result.startedAtMs);
    const lastActMs = (last?.startedAtMs ?? 0) + (last?.durationMs ?? 0);
    expect((dlq?.startedAtMs ?? 0) + (dlq?.durationMs ?? 0)).toBe(lastActMs + 5_000);
  });

  it('ends with the steps if these last longer than its time', async () => {
    const harness = new RunHarness();
    harness.poll = (afterMs, _, { box }) => (box === undefined && afterMs > 20_000 ? [{}] : []);

    const result = await harness.run(canaryOf({}, actStep('a'), expectStep('b'), throughout('dlq')));

    expect(result).toHaveVerdict('passed');
    expect(result.durationMs).toBeLessThan(25_000);
    expect(result.steps[2]?.durationMs).toBe(result.durationMs);
  });

  it.each([
    { when: 'an act fails', failing: 'a' },
    { when: 'a check fails', failing: 'none' },
  ])('goes on if $when, and says why', async ({ failing }) => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => {
      if (stepId === failing) throw new TargetError('broken');
      return {};
    };
    harness.poll = (afterMs, _, { box }) => (box === 'dlq' && afterMs > 1_000 ? [{}] : []);
    const steps = [actStep('a'), expectStep('b', { withinMs: 500 }), actStep('c'), throughout('dlq')];

    const result = await harness.run(canaryOf({}, ...steps));

    expect(result).toHaveVerdict('failed', {
      at: 'dlq',
      reason: '1 thing was seen that should never appear',
    });
    expect(result).toHaveVerdict('skipped', { at: 'c' });
  });

  it('does not end the steps when it fails: they show how far the run came', async () => {
    const harness = new RunHarness();
    harness.poll = (_, __, { box }) => (box === 'dlq' ? [{}] : []);

    const result = await harness.run(canaryOf({}, actStep('a'), actStep('b'), throughout('dlq')));

    expect(result.steps.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'a passed',
      'b passed',
      'dlq failed',
    ]);
  });

  it('counts what came since the first act, however many acts follow', async () => {
    const harness = new RunHarness();
    const asked: number[] = [];
    harness.poll = (_, { sinceMs }) => {
      asked.push(sinceMs);
      return [];
    };
    const thing = { ...harness.engine.nouns['thing'], neverFromFirstAct: () => true } as never;

    const result = await harness.run(
      canaryOf({}, actStep('a', { timeoutMs: 1_000 }), actStep('b'), throughout('dlq')),
      { engine: { nouns: { thing } } },
    );

    expect(new Set(asked)).toEqual(new Set([result.startedAtMs]));
  });

  it('is an error, and no pass, if the run ends before it', async () => {
    const harness = new RunHarness();
    harness.act = async () => new Promise(() => {});

    const result = await harness.run(canaryOf({ timeoutMs: 2_000 }, actStep('a'), throughout('dlq')));

    expect(result).toHaveVerdict('error', { at: 'dlq' });
    expect(harness.clock.open).toBe(0);
  });

  it('watches for its time in a run without acts', async () => {
    const harness = new RunHarness();
    harness.poll = (_, __, { box }) => (box === undefined ? [{}] : []);

    const result = await harness.run(canaryOf({}, expectStep('a'), throughout('dlq')));

    expect(result).toHaveVerdict('passed');
    expect(result.steps[1]?.durationMs).toBe(5_000);
  });

  it('is reported with the latest end of the whole run', async () => {
    const harness = new RunHarness();

    await harness.run(canaryOf({}, actStep('a', { timeoutMs: 3_000 }), throughout('dlq')));

    const startedAtMs = harness.clock.nowMs() - 5_000;
    const [begun] = harness.reported.filter(({ event }) => event === 'onStepStart');
    expect(begun?.value).toMatchObject({ step: { id: 'dlq' }, deadlineAtMs: startedAtMs + 3_000 + 5_000 });
  });

  it('is marked in a dry run', async () => {
    const { engine } = new RunHarness();
    const canary = canaryOf({}, actStep('a'), throughout('dlq'));
    const environment = { name: 'default', vars: {} };

    const { steps } = await dryRun(
      { canary, environment, project: NO_PROJECT, signal: new AbortController().signal },
      engine,
    );

    expect(steps.map(({ phase }) => phase)).toEqual([undefined, 'throughout']);
  });
});
