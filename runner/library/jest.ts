import { expect } from '@jest/globals';
import { toHavePassed } from './to-have-passed.ts';

/** For `expect` of `@jest/globals`. */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /**
     * Holds for a result of `run`, or a list of them, if a canary passed or was degraded, and none failed or could not check. The message has
     * each step that did not pass, with the expected and the actual value.
     */
    toHavePassed(): R & T;
  }
}

/** For the global `expect` of `@types/jest`. */
declare global {
  namespace jest {
    interface Matchers<R, T = {}> {
      /** As in `@jest/globals`. */
      toHavePassed(): R & T;
    }
  }
}

expect.extend({ toHavePassed });
