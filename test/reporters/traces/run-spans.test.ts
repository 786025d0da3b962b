import { describe, expect, it } from '@jest/globals';
import { spansOf } from '../../../reporters/traces/run-spans.ts';
import type { Attribute, Span } from '../../../reporters/traces/span.ts';
import type { RunResult, StepResult } from '../../../runner/core/model/run-result.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';

const START = 1_700_000_000_000;

/** Attributes as a map of plain values. */
function plain(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  const values = attributes.map(({ key, value }): [string, unknown] => {
    if ('arrayValue' in value) return [key, value.arrayValue.values.map(({ stringValue }) => stringValue)];
    return [key, 'intValue' in value ? Number(value.intValue) : value.stringValue];
  });
  return Object.fromEntries<unknown>(values);
}

function rootOf(run: Partial<RunResult>): Span {
  return spansOf(resultOf(run))[0] as Span;
}

function stepOf(step: Partial<StepResult>): Span {
  return spansOf(resultOf({ steps: [stepResultOf(step)] }))[1] as Span;
}

describe('a run as spans', () => {
  it('has one trace, whose id is the run id, and every step below the run', () => {
    const spans = spansOf(
      resultOf({
        runId: runIdOf(7),
        steps: [stepResultOf(), stepResultOf()],
        cleanup: [stepResultOf({ mode: 'act' })],
      }),
    );
    const [root, ...steps] = spans;

    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([runIdOf(7)]));
    expect(root?.parentSpanId).toBeUndefined();
    expect(steps.map(({ parentSpanId }) => parentSpanId)).toEqual(steps.map(() => root?.spanId));
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4);
  });

  it('has the same ids each time, so that a receiver recognizes a span that came twice', () => {
    const run = resultOf({ steps: [stepResultOf()] });

    expect(spansOf(run)).toEqual(spansOf(run));
    expect(spansOf(run)[0]?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(spansOf({ ...run, runId: runIdOf(2) })[0]?.spanId).not.toBe(spansOf(run)[0]?.spanId);
  });

  it('gives an act the span id that it sent along: the spans of the application have that parent', () => {
    expect(stepOf({ mode: 'act', spanId: '00f067aa0ba902b7' })).toMatchObject({
      spanId: '00f067aa0ba902b7',
      kind: 3,
    });
  });

  it('shows each thing that a check saw, from its origin to its sight', () => {
    const evidence = [
      {
        kind: 'event',
        id: 'e1',
        happenedAtMs: START + 40,
        takenAtMs: START + 65.5,
        data: { secret: 'data' },
      },
      { kind: 'item', id: 'i1', takenAtMs: START + 90, data: null },
      {
        kind: 'event',
        id: 'of a clock that is ahead',
        happenedAtMs: START + 99,
        takenAtMs: START + 90,
        data: null,
      },
    ];
    const [, step, ...seen] = spansOf(
      resultOf({
        steps: [stepResultOf({ hop: 'bus orders', evidence }), stepResultOf({ mode: 'act', evidence })],
      }),
    );

    expect(seen.slice(0, 3)).toMatchObject([
      {
        name: 'seen: bus orders',
        parentSpanId: step?.spanId,
        startTimeUnixNano: '1700000000040000000',
        endTimeUnixNano: '1700000000065500000',
      },
      { startTimeUnixNano: '1700000000090000000', endTimeUnixNano: '1700000000090000000' },
      { startTimeUnixNano: '1700000000099000000', endTimeUnixNano: '1700000000099000000' },
    ]);
    expect(seen).toHaveLength(4); // the answer of an act is no sighting
    expect(JSON.stringify(seen)).not.toContain('data');
  });

  it.each([
    { verdict: 'passed', status: { code: 1 }, suite: 'success', type: undefined },
    { verdict: 'degraded', status: undefined, suite: 'success', type: undefined },
    { verdict: 'failed', status: { code: 2, message: 'late' }, suite: 'failure', type: 'failed' },
    { verdict: 'error', status: { code: 2, message: 'late' }, suite: 'error', type: 'error.observer' },
    { verdict: 'skipped', status: undefined, suite: 'skipped', type: undefined },
  ] as const)('has the status of a run that is $verdict', ({ verdict, status, suite, type }) => {
    const root = rootOf({ verdict, blame: 'observer', reason: 'late' });

    expect(root.status).toEqual(status);
    expect(plain(root.attributes)).toMatchObject({
      'test.suite.name': 'test-canary',
      'test.suite.run.status': suite,
      'user_agent.synthetic.type': 'test',
      'coalmine.verdict': verdict,
    });
    expect(plain(root.attributes)['error.type']).toBe(type);
  });

  it.each([
    { verdict: 'passed', status: { code: 1 }, result: 'pass', type: undefined },
    { verdict: 'degraded', status: undefined, result: 'pass', type: undefined },
    { verdict: 'failed', status: { code: 2, message: 'late' }, result: 'fail', type: 'failed' },
    { verdict: 'error', status: { code: 2, message: 'late' }, result: 'error', type: 'error.runner' },
    { verdict: 'skipped', status: undefined, result: 'skipped', type: undefined },
  ] as const)('has the status of a step that is $verdict', ({ verdict, status, result, type }) => {
    const span = stepOf({ verdict, reason: 'late' });

    expect(span.status).toEqual(status);
    expect(plain(span.attributes)).toMatchObject({
      'test.case.name': 'test-canary/A step',
      'test.case.result.status': result,
      'user_agent.synthetic.type': 'test',
    });
    expect(plain(span.attributes)['error.type']).toBe(type);
  });

  it('takes reason and blame of the run from the step that has its verdict, if it has none itself', () => {
    const steps = [
      stepResultOf({ verdict: 'degraded', reason: 'slow' }),
      stepResultOf({ verdict: 'error', blame: 'definition', reason: 'no such queue' }),
    ];
    const root = rootOf({ verdict: 'error', steps });

    expect(root.status).toEqual({ code: 2, message: 'no such queue' });
    expect(plain(root.attributes)['error.type']).toBe('error.definition');
    expect(rootOf({ verdict: 'error' }).status).toEqual({ code: 2, message: '' });
  });

  it('is aborted, if a signal ended it', () => {
    expect(plain(rootOf({ verdict: 'error', interrupted: true }).attributes)).toMatchObject({
      'test.suite.run.status': 'aborted',
    });
  });

  it('has the facts of a run and of its steps as attributes, and none without a value', () => {
    const root = plain(
      rootOf({ tags: ['checkout', 'eu'], runbook: 'https://wiki/1', region: 'eu-west-1' }).attributes,
    );
    const step = plain(stepOf({ timeToEffectMs: 12.4, lagMs: 3, attempts: 4, hop: 'queue q' }).attributes);

    expect(root).toMatchObject({
      'coalmine.tags': ['checkout', 'eu'],
      'coalmine.runbook': 'https://wiki/1',
      'coalmine.owner': 'team-test',
      'cloud.region': 'eu-west-1',
      'code.file.path': 'test.canary.yaml',
    });
    expect(step).toMatchObject({
      'coalmine.time_to_effect_ms': 12,
      'coalmine.lag_ms': 3,
      'coalmine.attempts': 4,
      'coalmine.resource': 'queue q',
      'code.line.number': 1,
    });
    expect(plain(rootOf({}).attributes)).not.toHaveProperty(['coalmine.tags']);
    expect(plain(rootOf({}).attributes)).not.toHaveProperty(['coalmine.runbook']);
  });

  it('marks the steps of the cleanup', () => {
    const [, step] = spansOf(resultOf({ cleanup: [stepResultOf({ mode: 'act' })] }));

    expect(plain(step?.attributes ?? [])).toMatchObject({ 'coalmine.step.mode': 'cleanup' });
  });

  it('cuts long texts, and leaves no half of a character in any', () => {
    const step = stepOf({ name: 'a\ud800', verdict: 'failed', reason: `\udfff${'x'.repeat(2_000)}` });

    expect(step.name).toBe('a\ufffd');
    expect(String(plain(step.attributes)['coalmine.reason'])).toHaveLength(1_024);
    expect(JSON.stringify(step)).not.toMatch(/\\ud[89a-f]/);
  });
});
