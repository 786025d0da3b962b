import { requireNode } from './test/support/required-node.mjs';

requireNode();

/** jest runs our TypeScript as Node does: types are stripped, nothing is compiled (docs/decisions/0001-toolchain.md). */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  maxWorkers: '100%', // of the processors; without it one stays idle, and a machine often has but two
  // No budget, only an end to a test or a set-up that hangs: a busy machine must not turn a test red.
  testTimeout: 300_000,
  // A worker that has run half of the suite needs more than the default of 500 ms to free its heap.
  workerGracefulExitTimeout: 60_000,
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need Python: `npm run test:aws` (jest.emulated.config.mjs).
  testPathIgnorePatterns: ['<rootDir>/test/emulated/'],
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  setupFilesAfterEnv: ['<rootDir>/test/support/matchers.ts'],
  coverageProvider: 'v8',
  // Files of types alone have nothing to run.
  collectCoverageFrom: [
    'runner/{core,engine}/**/*.ts',
    '!runner/core/alert/{alert-event,alert-state}.ts',
    '!runner/core/expression/reference.ts',
    '!runner/core/model/{canary,channel,run-result}.ts',
    '!runner/core/notice/{notice,notifier}.ts',
    '!runner/core/report/reporter.ts',
    '!runner/core/store/{ports,run-queue,slots}.ts',
    '!runner/core/taps/ports.ts',
    '!runner/engine/{engine,context/cleanup-notes}.ts',
  ],
  coverageThreshold: { 'runner/core/': { branches: 100 }, 'runner/engine/': { branches: 100 } },
};
