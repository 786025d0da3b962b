import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import { boundedOutcome, shortened, withShortTexts } from '../../../runner/core/evidence/bounded.ts';
import type { Check, Evidence } from '../../../runner/core/model/run-result.ts';

const evidenceOf = (data: Json, truncated?: readonly string[]): Evidence => ({
  kind: 'http',
  id: '1',
  takenAtMs: 0,
  data,
  ...(truncated === undefined ? {} : { truncated }),
});
const checkOf = (actual: Json, expected: Json = 1): Check => ({
  path: 'body',
  operator: 'equals',
  expected,
  actual,
  ok: false,
});
const dataOf = (evidence: readonly Evidence[], index: number): Json => evidence[index]?.data ?? null;
const STEPS = 4;
const MOST = 65_536;

describe('what a step keeps', () => {
  it('is all of it where it is small', () => {
    const outcome = {
      reason: 'differs',
      checks: [checkOf('a')],
      evidence: [evidenceOf({ status: 200, body: [1, true, null, 'x'] })],
      saved: { id: 'o-1' },
      nearby: ['one more'],
      verdict: 'failed',
    };

    const kept = boundedOutcome(outcome, STEPS);

    expect(kept).toEqual(outcome);
    expect(kept.evidence[0]).toBe(outcome.evidence[0]);
    expect(kept.checks[0]).toBe(outcome.checks[0]);
  });

  it('is nothing more where there was nothing else', () => {
    expect(boundedOutcome({ reason: 'not run' }, STEPS)).toEqual({ reason: 'not run' });
  });

  it('is the beginning of a long text, whose path is marked as cut', () => {
    const { evidence } = boundedOutcome(
      { reason: '', evidence: [evidenceOf({ status: 200, body: 'x'.repeat(1_000_000) }, ['headers'])] },
      STEPS,
    );

    const { body } = dataOf(evidence, 0) as { readonly body: string };
    expect(body.length).toBeLessThanOrEqual(MOST);
    expect(body.length).toBeGreaterThan(MOST / 2);
    expect(evidence[0]?.truncated).toEqual(['headers', '', 'body']);
  });

  it('is the beginning of a long list and of a large map', () => {
    const list = Array.from({ length: 100_000 }, (_, n) => ({ n, text: 'a few words' }));
    const map = Object.fromEntries(list.map((one) => [`key-${one.n}`, one]));

    const { evidence } = boundedOutcome({ reason: '', evidence: [evidenceOf(list), evidenceOf(map)] }, STEPS);

    for (const { data, truncated } of evidence) {
      expect(JSON.stringify(data).length).toBeLessThan(MOST);
      expect(truncated).toContain('');
    }
    expect((dataOf(evidence, 0) as readonly Json[])[0]).toEqual(list[0]);
    expect((dataOf(evidence, 0) as readonly Json[]).at(-1)).toBe('… (truncated)');
    expect((dataOf(evidence, 1) as Readonly<Record<string, Json>>)['key-0']).toEqual(list[0]);
  });

  it('is no short beginning of a text, in which no secret could be recognized', () => {
    const { evidence } = boundedOutcome(
      { reason: '', evidence: [evidenceOf(['x'.repeat(MOST - 1_000), 'y'.repeat(5_000), 17])] },
      STEPS,
    );

    expect(evidence[0]?.data).toEqual(['x'.repeat(MOST - 1_000), '… (truncated)', 17]);
  });

  it('is no number of more digits than are kept', () => {
    const digits = JSON.rawJSON('7'.repeat(100_000));

    const { evidence } = boundedOutcome({ reason: '', evidence: [evidenceOf([digits, 1])] }, STEPS);

    expect(evidence[0]?.data).toEqual(['… (truncated)', 1]);
  });

  it('is shared by all checks, and by expected and actual values', () => {
    const { checks } = boundedOutcome(
      { reason: '', checks: [checkOf('x'.repeat(50_000)), checkOf('y'.repeat(50_000), 'z'.repeat(50_000))] },
      STEPS,
    );

    expect(JSON.stringify(checks).length).toBeLessThan(MOST + 1_000);
    expect(checks[0]?.actual).toHaveLength(50_000);
    expect(checks[1]?.expected).toBe('… (truncated)');
  });

  it('is less in a canary of many steps, and the same for saved values', () => {
    const { saved } = boundedOutcome({ reason: '', saved: { page: 'x'.repeat(100_000) } }, 32);

    expect(saved.page.length).toBeLessThanOrEqual(8_192);
  });

  it('is a sentence of at most 4,096 characters, with no half of one at its end', () => {
    expect(shortened('short')).toBe('short');
    expect(shortened('x'.repeat(5_000))).toHaveLength(4_096);
    expect(shortened(`${'x'.repeat(4_095)}😀 and more`)).toBe(`${'x'.repeat(4_095)}😀`);
    expect(boundedOutcome({ reason: 'x'.repeat(5_000), nearby: ['y'.repeat(5_000)] }, STEPS)).toEqual({
      reason: 'x'.repeat(4_096),
      nearby: ['y'.repeat(4_096)],
    });
  });
});

describe('an input with short texts', () => {
  it('keeps its keys, lists and numbers, and the first 4,096 characters of each text', () => {
    const digits = JSON.rawJSON('1234567890123456789');

    expect(withShortTexts({ queue: 'orders', bodies: ['x'.repeat(5_000), 17, null], digits })).toEqual({
      queue: 'orders',
      bodies: ['x'.repeat(4_096), 17, null],
      digits,
    });
  });
});
