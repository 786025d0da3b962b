import ours from './jest.config.mjs';

/** Tests against an AWS that none of us wrote: `npm run test:aws` (infra/local-aws/README.md). */
export default {
  rootDir: ours.rootDir,
  testEnvironment: '<rootDir>/test/emulated/setup/environment.mjs',
  testMatch: [
    '<rootDir>/test/emulated/**/*.test.ts',
    '<rootDir>/test/kinds/{verbs.test.ts,nouns/nouns.test.ts}',
  ],
  setupFiles: ['<rootDir>/test/emulated/setup/setup.ts'],
  extensionsToTreatAsEsm: ours.extensionsToTreatAsEsm,
  transform: ours.transform,
  globalSetup: ours.globalSetup,
  setupFilesAfterEnv: ours.setupFilesAfterEnv,
  modulePathIgnorePatterns: ours.modulePathIgnorePatterns,
  maxWorkers: 2, // they mostly wait
  testTimeout: ours.testTimeout,
  workerGracefulExitTimeout: ours.workerGracefulExitTimeout,
};
