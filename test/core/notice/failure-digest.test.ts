import { describe, expect, it } from '@jest/globals';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { Check, RunResult, StepResult } from '../../../runner/core/model/run-result.ts';
import { digestOf } from '../../../runner/core/notice/failure-digest.ts';

const AT = { file: 'orders.canary.yaml', line: 12, column: 3 };

function checkOf(more: Partial<Check>): Check {
  return { path: 'status', operator: 'equals', expected: 'SHIPPED', actual: 'NEW', ok: false, ...more };
}

function stepOf(more: Partial<StepResult>): StepResult {
  return {
    stepId: '1',
    name: 'order is stored',
    kind: 'item',
    mode: 'expect',
    verdict: 'passed',
    reason: '',
    startedAtMs: 0,
    durationMs: 10,
    attempts: 1,
    checks: [],
    evidence: [],
    hop: 'table orders',
    saved: {},
    nearby: [],
    quotes: [],
    at: AT,
    ...more,
  };
}

function resultOf(more: Partial<RunResult>): RunResult {
  return {
    runId: '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId,
    canary: 'orders',
    verdict: 'passed',
    reason: '',
    environment: 'prod',
    owner: 'team-checkout',
    tags: [],
    slotAtMs: 1_000,
    startedAtMs: 1_500,
    durationMs: 2_000,
    steps: [stepOf({})],
    cleanup: [],
    trail: [],
    source: 'orders.canary.yaml',
    interrupted: false,
    ...more,
  };
}

describe('digestOf', () => {
  it('has little to say of a run that passed', () => {
    const hops = [
      { hop: 'http shop', afterMs: 1, stepId: '1', evidenceId: 'a' },
      { hop: 'bus orders', afterMs: 5, stepId: '2', evidenceId: 'b', afterStepId: '1' },
    ];

    const digest = digestOf(resultOf({ trail: hops }));

    expect(digest).toEqual({
      runId: '6743a1c0f2b94e0c8d1e5a7b9c3d2f10',
      slotAtMs: 1_000,
      startedAtMs: 1_500,
      durationMs: 2_000,
      verdict: 'passed',
      reason: '',
      lastSeen: { hop: 'bus orders', afterMs: 5 },
    });
  });

  it('names the step that gave the verdict, with the checks that were lost', () => {
    const unsure = stepOf({ name: 'unsure', verdict: 'error', reason: 'denied', blame: 'observer' });
    const lost = stepOf({
      verdict: 'failed',
      blame: 'target',
      reason: 'status was NEW',
      checks: [checkOf({ ok: true }), checkOf({ note: 'as it was' })],
    });

    const digest = digestOf(resultOf({ verdict: 'failed', steps: [stepOf({}), unsure, lost] }));

    expect(digest).toMatchObject({
      verdict: 'failed',
      blame: 'target',
      reason: 'status was NEW',
      step: { name: 'order is stored', kind: 'item', hop: 'table orders', at: AT },
    });
    expect(digest.step?.failed).toEqual([checkOf({ note: 'as it was' })]);
  });

  it('quotes three lines at the most, and none of others’ data', () => {
    const quotes = [
      { text: 'a', own: true },
      { text: 'of another customer', own: false },
      ...['b', 'c', 'd'].map((text) => ({ text, own: true })),
    ];

    const digest = digestOf(
      resultOf({ verdict: 'failed', steps: [stepOf({ verdict: 'failed', quotes: quotes })] }),
    );

    expect(digest.step?.quotes).toEqual(['a', 'b', 'c']);
  });

  it('says nothing where nothing was quotes', () => {
    const digest = digestOf(
      resultOf({ verdict: 'failed', steps: [stepOf({ verdict: 'failed', checks: [checkOf({})] })] }),
    );

    expect(digest.reason).toBe('');
    expect(digest.step?.failed).toStrictEqual([checkOf({})]);
  });

  it('does not name the step of a run that was only late', () => {
    const late = stepOf({ verdict: 'degraded', reason: 'late' });

    expect(digestOf(resultOf({ verdict: 'degraded', steps: [late] }))).toMatchObject({ reason: '' });
    expect(digestOf(resultOf({ verdict: 'degraded', steps: [late] })).step).toBeUndefined();
  });

  it('gives the run’s own reason where it has one', () => {
    const digest = digestOf(
      resultOf({ verdict: 'error', blame: 'definition', reason: 'SITE is missing', steps: [stepOf({})] }),
    );

    expect(digest).toMatchObject({ blame: 'definition', reason: 'SITE is missing' });
    expect(digest.step).toBeUndefined();
  });

  it.each([
    { length: 500, ends: 'aaa' },
    { length: 501, ends: 'aa…' },
  ])('cuts a text of $length characters so that it ends in $ends', ({ length, ends }) => {
    const long = 'a'.repeat(length);
    const step = stepOf({ verdict: 'failed', reason: long, name: long, hop: long });

    const digest = digestOf(
      resultOf({
        verdict: 'failed',
        steps: [step],
        trail: [{ hop: long, afterMs: 1, stepId: '1', evidenceId: 'a', note: 'differs' }],
      }),
    );

    const texts = [digest.reason, digest.step?.name, digest.step?.hop, digest.lastSeen?.hop];
    expect(texts.map((text) => text?.length)).toEqual([500, 500, 500, 500]);
    expect(texts.map((text) => text?.slice(-3))).toEqual([ends, ends, ends, ends]);
    expect(digest.lastSeen).toMatchObject({ afterMs: 1, note: 'differs' });
  });

  it('keeps three checks, and the beginnings of long values', () => {
    const check = checkOf({
      path: 'p'.repeat(201),
      expected: 'x'.repeat(198),
      actual: ['y'.repeat(500)],
      note: 'n'.repeat(300),
    });
    const step = stepOf({ verdict: 'failed', checks: [check, check, check, check] });

    const digest = digestOf(resultOf({ verdict: 'failed', steps: [step] }));

    expect(digest.step?.failed).toHaveLength(3);
    expect(digest.step?.failed[0]).toEqual({
      path: `${'p'.repeat(199)}…`,
      operator: 'equals',
      expected: 'x'.repeat(198),
      actual: `["${'y'.repeat(197)}…`,
      note: `${'n'.repeat(199)}…`,
      ok: false,
    });
  });

  it('never leaves half a character behind', () => {
    const digest = digestOf(resultOf({ verdict: 'error', reason: `${'a'.repeat(398)}😀😀` }));

    expect(digest.reason.isWellFormed()).toBe(true);
  });
});
