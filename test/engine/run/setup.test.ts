import { describe, expect, it } from '@jest/globals';
import { TargetError } from '../../../runner/core/base/errors.ts';
import { setupIdOf } from '../../../runner/core/base/run-id.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Leases } from '../../../runner/core/taps/ports.ts';
import type { Engine, RunRequest } from '../../../runner/engine/engine.ts';
import { dryRun } from '../../../runner/engine/run/dry-run.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';
import { memoryLeases } from '../../support/store/memory-store.ts';

const SETUP = { phase: 'setup' } as const;

const fixturesOf = (leases: Leases = memoryLeases()) => ({ leases, owner: 'anna@laptop' });

/** Runs a canary with leases of its own, unless some are given. */
function runOf(
  harness: RunHarness,
  canary: Canary,
  {
    leases,
    ...more
  }: Partial<RunRequest> & { readonly leases?: Leases; readonly engine?: Partial<Engine> } = {},
): Promise<RunResult> {
  return harness.run(canary, { ...more, engine: { fixtures: fixturesOf(leases), ...more.engine } });
}

describe('the setup of a run', () => {
  it('is done before all steps, and sends an id of its own', async () => {
    const harness = new RunHarness();
    const sent: string[] = [];
    harness.act = async (_, { runId }) => {
      sent.push(runId);
      return {};
    };
    const canary = canaryOf({ cleanup: [actStep('tidy')] }, actStep('fill', SETUP), actStep('order'));

    const result = await runOf(harness, canary);

    expect(result).toHaveVerdict('passed');
    expect(harness.log).toEqual(['act fill', 'act order', 'act tidy']);
    expect(sent).toEqual([setupIdOf(result.runId), result.runId, result.runId]);
    expect(result.steps.map(({ stepId, phase }) => [stepId, phase])).toEqual([
      ['fill', 'setup'],
      ['order', undefined],
    ]);
  });

  it('is no part of the trail, and has no span of the run', async () => {
    const harness = new RunHarness();

    const result = await runOf(harness, canaryOf({}, actStep('fill', SETUP), actStep('order')));

    expect(result.trail.map(({ stepId }) => stepId)).toEqual(['order']);
    expect(result.steps.map(({ spanId }) => spanId !== undefined)).toEqual([false, true]);
  });

  it.each([
    {
      when: 'the system refuses an act',
      act: new TargetError('refused'),
      blame: 'observer',
      reason: 'nothing was tested yet: refused',
    },
    {
      when: 'an act is not understood',
      act: new Error('broken'),
      blame: 'runner',
      reason: 'nothing was tested yet: This is a fault of Coalmine itself, please report it: Error: broken',
    },
  ])('is an error if $when, and is cleaned up', async ({ act, blame, reason }) => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => {
      if (stepId === 'fill') throw act;
      return {};
    };
    const steps = [actStep('fill', SETUP), actStep('order'), neverStep('dlq', { phase: 'throughout' })];

    const result = await runOf(harness, canaryOf({ cleanup: [actStep('tidy')] }, ...steps));

    expect(result).toHaveVerdict('error', { at: 'fill', reason });
    expect(result.verdict).toBe('error');
    expect(result.steps[0]?.blame).toBe(blame);
    expect(result.steps.slice(1).map(({ verdict, reason: why }) => [verdict, why])).toEqual([
      ['skipped', "not run: 'fill' did not pass"],
      ['skipped', "not run: 'fill' did not pass"],
    ]);
    expect(harness.log).toContain('act tidy');
  });

  it('is an error if a check of it fails, and reported so from the beginning', async () => {
    const harness = new RunHarness();
    const canary = canaryOf({}, actStep('fill', SETUP), expectStep('ready', SETUP), actStep('order'));

    const result = await runOf(harness, canary);

    expect(result).toHaveVerdict('error', { at: 'ready' });
    expect(result.steps[1]?.reason).toMatch(/^nothing was tested yet: /);
    expect(harness.log).not.toContain('act order');
    const ended = harness.reported.filter(({ event }) => event === 'onStepEnd');
    expect(JSON.stringify(ended)).not.toContain('"verdict":"failed"');
  });

  it('passes if it is degraded', async () => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }, tried) => {
      if (stepId === 'fill' && tried === 1) throw new TargetError('busy', { retryable: true });
      return {};
    };
    const fill = actStep('fill', { ...SETUP, retry: { times: 1, waitMs: 100 } });

    const result = await runOf(harness, canaryOf({}, fill, actStep('order')));

    expect(result).toHaveVerdict('degraded', { at: 'fill' });
    expect(result).toHaveVerdict('passed', { at: 'order' });
  });

  it('gives its saved values to the steps, whose watches open before their acts', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { box: 'b' } });
    harness.poll = (_, __, { box }) => (box === 'b' ? [{}] : []);
    const fill = actStep('fill', { ...SETUP, save: { box: 'response.box' } });
    const seen = expectStep('seen', { input: { box: '${box}' } });

    const result = await runOf(harness, canaryOf({}, fill, actStep('order'), seen));

    expect(result).toHaveVerdict('passed');
    expect(harness.log).toEqual(['act fill', 'open', 'act order', 'close']);
  });

  it('is followed by no act if a watch that it names cannot be opened', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { box: 'b' } });
    harness.open = async () => Promise.reject(new TargetError('no such box'));
    const fill = actStep('fill', { ...SETUP, save: { box: 'response.box' } });
    const seen = expectStep('seen', { input: { box: '${box}' } });

    const result = await runOf(
      harness,
      canaryOf({ cleanup: [actStep('tidy')] }, fill, actStep('order'), seen),
    );

    expect(result).toHaveVerdict('skipped', { at: 'order', reason: "not run: 'seen' cannot be checked" });
    expect(harness.log).toEqual(['act fill', 'open', 'act tidy']);
  });

  it('is ended with its run, which is cleaned up', async () => {
    const harness = new RunHarness();
    const ended = new AbortController();
    harness.act = async (_, { stepId }) => {
      if (stepId === 'fill') ended.abort(new Error('stop'));
      return { data: { box: 'b' } };
    };
    const fill = actStep('fill', { ...SETUP, save: { box: 'response.box' } });
    const canary = canaryOf({ cleanup: [actStep('tidy')] }, fill, actStep('order'));

    const result = await runOf(harness, canary, { signal: ended.signal });

    expect(result.verdict).toBe('error');
    expect(harness.log).toEqual(['act fill', 'act tidy']);
  });

  it('counts nothing for the steps that came before its end', async () => {
    const harness = new RunHarness();
    const since: number[] = [];
    harness.act = async () => {
      await harness.clock.sleep(1_000);
      return {};
    };
    harness.poll = (_, { sinceMs }) => {
      since.push(sinceMs);
      return [{}];
    };

    const result = await runOf(harness, canaryOf({}, actStep('fill', SETUP), expectStep('first')));

    expect(result).toHaveVerdict('passed');
    expect(since).toEqual([result.startedAtMs + 1_000]);
  });

  it('alone checks nothing, so it is refused', async () => {
    const harness = new RunHarness();

    const result = await runOf(harness, canaryOf({}, actStep('fill', SETUP)));

    expect(result).toHaveVerdict('error');
    expect(result.reason).toContain('has no steps');
  });

  it('is shown by a dry run', async () => {
    const harness = new RunHarness();
    const request = {
      canary: canaryOf({}, actStep('fill', SETUP), actStep('order')),
      project: NO_PROJECT,
      environment: { name: 'default', vars: {} },
      signal: new AbortController().signal,
    };

    const { steps } = await dryRun(request, harness.engine);

    expect(steps.map(({ phase }) => phase)).toEqual(['setup', undefined]);
  });
});
