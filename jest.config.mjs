/// <reference types="node" />
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { requireNode } from './test/support/required-node.mjs';

requireNode();
const COVERED = 'runner/{core,engine}/**/*.ts';
const isCovering = process.argv.some((option) => /^--(coverage|collectCoverage)/.test(option));
/** Files of types alone have nothing to run. */
const notCovered = isCovering
  ? await (await import('./test/support/jest/types-alone.ts')).filesOfTypesAlone(COVERED, import.meta.dirname)
  : [];
// jest's processes, and the many that tests start, find our modules stripped and compiled: half of their start. V8 counts no branches in them.
if (isCovering) delete process.env['NODE_COMPILE_CACHE'];
else {
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache', 'compiled');
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
}

/** Node itself loads tests and program, each module once in a process (docs/decisions/0062-test-files-share-modules.md). */
export default {
  rootDir: import.meta.dirname,
  runtime: '<rootDir>/test/support/jest/runtime.ts',
  testEnvironment: '<rootDir>/test/support/jest/environment.ts',
  injectGlobals: false,
  // Some more than processors: the longest files mostly wait, for what runs wait for, and for processes that they start.
  maxWorkers: availableParallelism() + 4,
  // No budget, only an end to a test or a set-up that hangs: a busy machine must not turn a test red.
  testTimeout: 300_000,
  // A worker that has run half of the suite needs more than the default of 500 ms to free its heap.
  workerGracefulExitTimeout: 60_000,
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need Python, a registry or a browser: `npm run test:aws`, `test:packages`, `test:browser`, by settings of their own.
  testPathIgnorePatterns: [
    '<rootDir>/test/emulated/',
    '<rootDir>/test/packages/installed/',
    '<rootDir>/test/browser/',
  ],
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  transform: {},
  globalSetup: '<rootDir>/test/support/temporary-folder.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/matchers.ts'],
  coverageProvider: 'v8',
  // The files that miss something, with their lines.
  coverageReporters: ['text-summary', ['text', { skipFull: true }]],
  collectCoverageFrom: [COVERED, ...notCovered.map((file) => `!${file}`)],
  coverageThreshold: { 'runner/core/': { branches: 100 }, 'runner/engine/': { branches: 100 } },
};
