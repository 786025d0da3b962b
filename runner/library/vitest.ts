import { expect } from 'vitest';
import { toHavePassed } from './to-have-passed.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /**
     * Holds for a result of `run`, or a list of them, if a canary passed or was degraded, and none failed or could not check. The message has
     * each step that did not pass, with the expected and the actual value.
     */
    toHavePassed(): R & T;
  }
}

expect.extend({ toHavePassed });
