import ours from './jest.config.mjs';

/** Tests of the pages in a browser: `npm run test:browser`. */
export default {
  rootDir: ours.rootDir,
  testEnvironment: ours.testEnvironment,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  extensionsToTreatAsEsm: ours.extensionsToTreatAsEsm,
  transform: ours.transform,
  globalSetup: ours.globalSetup,
  setupFilesAfterEnv: ours.setupFilesAfterEnv,
  modulePathIgnorePatterns: ours.modulePathIgnorePatterns,
  maxWorkers: 2, // each has a browser of its own
  testTimeout: ours.testTimeout,
  workerGracefulExitTimeout: ours.workerGracefulExitTimeout,
};
