/// <reference types="node" />
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { requireNode } from './test/support/required-node.mjs';

requireNode();
// jest's processes, and the many that tests start, find our modules stripped and compiled: half of their start. V8 counts no branches in them.
if (!process.argv.some((option) => option.startsWith('--coverage'))) {
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
  // Files of types alone have nothing to run.
  collectCoverageFrom: [
    'runner/{core,engine}/**/*.ts',
    '!runner/core/alert/{alert-event,alert-state,notice-attempt}.ts',
    '!runner/core/compare/comparison.ts',
    '!runner/core/dossier/around.ts',
    '!runner/core/expression/reference.ts',
    '!runner/core/fleet/fleet-view.ts',
    '!runner/core/incident/incident-view.ts',
    '!runner/core/model/{canary,change,run-result}.ts',
    '!runner/core/network/post.ts',
    '!runner/core/notice/{notice,notifier}.ts',
    '!runner/core/report/reporter.ts',
    '!runner/core/store/{ports,run-queue,slots}.ts',
    '!runner/core/inbox/ports.ts',
    '!runner/core/taps/ports.ts',
    '!runner/engine/{engine,context/cleanup-notes}.ts',
  ],
  coverageThreshold: { 'runner/core/': { branches: 100 }, 'runner/engine/': { branches: 100 } },
};
