import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../runner/core/base/json.ts';
import { resultText } from '../../../runner/core/evidence/truncate-result.ts';
import type { RunResult, StepResult } from '../../../runner/core/model/run-result.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';
import { sampleSize } from '../../support/effort.ts';
import { resultOf, stepResultOf } from '../../support/run/builders.ts';

const LONG = 'x'.repeat(3_000);

function stepOf(name: string, more: Partial<StepResult> = {}): StepResult {
  return stepResultOf({
    stepId: name,
    name,
    evidence: [{ kind: 'thing', id: 'e', takenAtMs: 1, data: { body: LONG } }],
    checks: [{ path: 'body', operator: 'equals', expected: 'y', actual: LONG, ok: false }],
    saved: { short: 'z', long: LONG },
    nearby: ['one came near'],
    ...more,
  });
}

function kept(result: RunResult, mostBytes: number): RunResult {
  return JSON.parse(resultText(result, mostBytes)) as RunResult;
}

describe('a result that is kept', () => {
  const result = resultOf({
    verdict: 'failed',
    reason: 'no order came',
    steps: [stepOf('good'), stepOf('bad', { verdict: 'failed', reason: 'never' })],
    cleanup: [stepOf('tidy')],
    tags: ['tier-1'],
  });
  const whole = Buffer.byteLength(JSON.stringify(result));

  it('stays as it is while it is small enough', () => {
    expect(kept(result, whole)).toEqual(result);
  });

  it('loses the evidence of passed steps first, then all evidence', () => {
    const gone = [{ kind: 'thing', id: 'e', takenAtMs: 1, data: null, truncated: [''] }];
    const first = kept(result, whole - 1);
    const second = kept(result, whole - 6_500);

    expect([first.truncated, second.truncated]).toEqual([true, true]);
    expect([...first.steps, ...first.cleanup].map(({ evidence }) => evidence)).toEqual([
      gone,
      result.steps[1]?.evidence,
      gone,
    ]);
    expect(second.steps.map(({ evidence }) => evidence)).toEqual([gone, gone]);
    expect(second.steps.map(({ checks, saved }) => ({ checks, saved }))).toEqual(
      result.steps.map(({ checks, saved }) => ({ checks, saved })),
    );
  });

  it('then loses values that are long, and keeps those that can be read', () => {
    const [step] = kept(result, 4_500).steps;

    expect(step?.checks).toEqual([{ ...result.steps[0]?.checks[0], actual: '… (truncated)' }]);
    expect(step?.saved).toEqual({ short: 'z', long: '… (truncated)' });
    expect(step?.nearby).toEqual(['one came near']);
  });

  it('then loses the details of steps, and in the end the steps', () => {
    const continuity = { seen: 1, of: 1, hops: [{ stepId: 's', id: 'sent' as const }] };
    const wordy = { ...result, continuity, steps: [stepOf('s', { reason: LONG, hop: 'h' })], reason: LONG };
    const bare = kept(wordy, 5_500);
    const barest = kept(wordy, 1_000);

    expect(bare.steps[0]).toMatchObject({
      name: 's',
      hop: 'h',
      checks: [],
      evidence: [],
      saved: {},
      nearby: [],
      quotes: [],
    });
    expect(bare.steps[0]?.reason).toMatch(/^x{280,}… \(truncated\)$/);
    expect(bare.reason).toBe(LONG);
    expect(barest).toMatchObject({
      steps: [],
      cleanup: [],
      tags: [],
      continuity: { seen: 1, of: 1, hops: [] },
      verdict: 'failed',
      runId: result.runId,
    });
    expect(barest.reason).toHaveLength(300);
    const { continuity: _, ...unfollowed } = wordy;
    expect(kept(unfollowed, 1_000)).toMatchObject({ steps: [], reason: barest.reason });
  });

  it('is never larger than it may be, whatever was seen, and always keeps its verdict', () => {
    const text = fc.string({ unit: ANY_CHARACTER, maxLength: 400 });
    const step = fc
      .record({ name: text, reason: text, nearby: fc.array(text, { maxLength: 30 }), data: fc.jsonValue() })
      .map(({ data, ...rest }) =>
        stepResultOf({ ...rest, evidence: [{ kind: 'thing', id: '', takenAtMs: 1, data: data as Json }] }),
      );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), text, (steps, reason) => {
        const large = resultOf({ steps, reason, verdict: 'error' });
        const json = resultText(large, 8_000);

        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(8_000);
        expect(JSON.parse(json)).toMatchObject({
          runId: large.runId,
          verdict: 'error',
          startedAtMs: large.startedAtMs,
        });
      }),
      { numRuns: sampleSize({ small: 40, full: 200 }) },
    );
  });
});
