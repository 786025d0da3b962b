/// <reference types="node" />
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { requireNode } from './test/support/required-node.mjs';

requireNode();
// The many processes that tests start, and the simulation's threads, find our modules stripped and compiled: half of their start.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache', 'compiled');

/** jest runs our TypeScript as Node does: types are stripped, nothing is compiled (docs/decisions/0001-toolchain.md). */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/support/plain-context.ts',
  // Half more than processors: the longest files mostly wait for processes that they start. (jest takes '150%' for 150 workers.)
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
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
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  globalSetup: '<rootDir>/test/support/temporary-folder.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/matchers.ts'],
  coverageProvider: 'v8',
  // Files of types alone have nothing to run.
  collectCoverageFrom: [
    'runner/{core,engine}/**/*.ts',
    '!runner/core/alert/{alert-event,alert-state,notice-attempt}.ts',
    '!runner/core/expression/reference.ts',
    '!runner/core/fleet/fleet-view.ts',
    '!runner/core/model/{canary,channel,run-result}.ts',
    '!runner/core/notice/{notice,notifier}.ts',
    '!runner/core/report/reporter.ts',
    '!runner/core/store/{ports,run-queue,slots}.ts',
    '!runner/core/taps/ports.ts',
    '!runner/engine/{engine,context/cleanup-notes}.ts',
  ],
  coverageThreshold: { 'runner/core/': { branches: 100 }, 'runner/engine/': { branches: 100 } },
};
