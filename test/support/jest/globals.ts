import { jestExpect } from '@jest/expect';
import type { describe as Describe, beforeAll as Hook, it as It } from '@jest/globals';
import { ModuleMocker } from 'jest-mock';

/** `@jest/globals` for modules that test files share: each call reaches the test file that runs. */
export interface TestGlobals {
  readonly describe: typeof Describe;
  readonly it: typeof It;
  readonly beforeAll: typeof Hook;
  readonly beforeEach: typeof Hook;
  readonly afterAll: typeof Hook;
  readonly afterEach: typeof Hook;
}

let current: TestGlobals | undefined;

export function useGlobals(globals: TestGlobals): void {
  current = globals;
}

export const expect = jestExpect;
export const jest = new ModuleMocker(globalThis);
export const describe = ofCurrentFile('describe');
export const it = ofCurrentFile('it');
export const beforeAll = ofCurrentFile('beforeAll');
export const beforeEach = ofCurrentFile('beforeEach');
export const afterAll = ofCurrentFile('afterAll');
export const afterEach = ofCurrentFile('afterEach');

function ofCurrentFile<K extends keyof TestGlobals>(name: K): TestGlobals[K] {
  const found = (): TestGlobals[K] => {
    if (current === undefined) throw new Error('No test file runs.');
    return current[name];
  };
  return new Proxy((() => {}) as unknown as TestGlobals[K], {
    apply: (_, self, given): unknown => Reflect.apply(found(), self, given),
    get: (_, key): unknown => Reflect.get(found(), key),
  });
}
