import { describe, expect, it } from '@jest/globals';
import { assertPassed } from '../../runner/library/index.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it adds the matcher
import '../../runner/library/jest.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { resultOf, stepResultOf } from '../support/run/builders.ts';

const of = (canary: string, verdict: Verdict, more: Partial<RunResult> = {}): RunResult =>
  resultOf({ canary, verdict, ...more });

const PASSED = of('orders', 'passed');
const DEGRADED = of('search', 'degraded');
const SKIPPED = of('refunds', 'skipped');
const FAILED = of('payments', 'failed', {
  steps: [
    stepResultOf({
      name: 'the payment is stored',
      verdict: 'failed',
      blame: 'target',
      reason: 'no item matched within 30 s',
      checks: [{ path: 'status', operator: 'equals', expected: 'PAID', actual: 'OPEN', ok: false }],
    }),
  ],
});
const ERROR = of('stock', 'error', { blame: 'observer', reason: 'The credentials have expired.' });

/** The message of a matcher that does not hold; undefined if it holds. */
function messageOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

describe('toHavePassed', () => {
  it.each([
    { title: 'one that passed', results: PASSED, passed: true, not: false },
    { title: 'a list that passed', results: [PASSED, PASSED], passed: true, not: false },
    { title: 'one that was degraded', results: [DEGRADED], passed: true, not: false },
    {
      title: 'one that passed, and one that was skipped',
      results: [PASSED, SKIPPED],
      passed: true,
      not: false,
    },
    { title: 'one that failed', results: FAILED, passed: false, not: true },
    { title: 'one that failed among others', results: [PASSED, FAILED], passed: false, not: true },
    {
      title: 'one that failed, and one that could not check',
      results: [FAILED, ERROR],
      passed: false,
      not: true,
    },
    // Nothing was seen: neither is known.
    { title: 'one that could not check', results: ERROR, passed: false, not: false },
    { title: 'one that could not check among others', results: [PASSED, ERROR], passed: false, not: false },
    { title: 'one that was skipped', results: [SKIPPED], passed: false, not: false },
    { title: 'no canary', results: [], passed: false, not: false },
  ])('of $title: holds $passed, negated $not', ({ results, passed, not }) => {
    expect(messageOf(() => expect(results).toHavePassed()) === undefined).toBe(passed);
    expect(messageOf(() => expect(results).not.toHavePassed()) === undefined).toBe(not);
    expect(messageOf(() => assertPassed(results)) === undefined).toBe(passed);
  });

  it('names the step that failed, with the expected and the actual value', () => {
    const message = messageOf(() => expect([PASSED, FAILED]).toHavePassed());

    expect(message).toContain(
      '1 of 2 canaries failed: payments\n1 of 2 canaries passed: orders\n\n✗ payments',
    );
    expect(message).toMatch(/✗ the payment is stored {3}no item matched within 30 s/);
    expect(message).toMatch(/status {3}expected {2}text "PAID"\n +actual {4}text "OPEN"/);
    expect(message).not.toContain('✓ orders');
  });

  it('says of a canary that could not check that nothing is known', () => {
    const says = '1 of 1 canary could not check, so nothing is known of the system: stock';

    expect(messageOf(() => expect(ERROR).toHavePassed())).toContain(says);
    expect(messageOf(() => expect(ERROR).toHavePassed())).toContain('The credentials have expired.');
    expect(messageOf(() => expect(ERROR).not.toHavePassed())).toContain(says);
  });

  it('says that no canary was run', () => {
    expect(messageOf(() => expect([]).toHavePassed())).toBe('No canary was run, so nothing was checked.');
  });

  it.each([undefined, 'passed', [PASSED, undefined], { verdict: 'passed' }, Promise.resolve([PASSED])])(
    'refuses %p, which is no result',
    (value) => {
      const message = "'toHavePassed' takes a result of 'run', or a list of them.";

      expect(() => expect(value).toHavePassed()).toThrow(message);
      expect(() => expect(value).not.toHavePassed()).toThrow(message);
    },
  );
});
