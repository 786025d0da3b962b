import { expect } from '@jest/globals';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /** The run, and, when `at` names one, the step, came to this verdict. */
    toHaveVerdict(
      verdict: Verdict,
      where?: { readonly at?: string; readonly reason?: string | RegExp },
    ): R & T;
  }
}

expect.extend({
  toHaveVerdict(
    result: unknown,
    verdict: Verdict,
    { at, reason }: { at?: string; reason?: string | RegExp } = {},
  ) {
    const run = result as RunResult;
    const step = [...run.steps, ...run.cleanup].find(({ name }) => name === at);
    const found = at === undefined ? run : step;
    const words = found?.reason ?? '';
    const fits =
      reason === undefined || (typeof reason === 'string' ? words.includes(reason) : reason.test(words));
    const steps = run.steps.map((one) => `  ${one.verdict} ${one.name}: ${one.reason}`).join('\n');
    return {
      pass: found?.verdict === verdict && fits,
      message: () =>
        `expected ${at ?? 'the run'} to be ${verdict} (${String(reason ?? 'any reason')}), and it is ${found?.verdict}: ${words}\n${steps}`,
    };
  },
});
