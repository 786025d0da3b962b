import ours from './jest.config.mjs';

/** Tests of the packed packages, installed into projects of their own: `npm run test:packages`. */
export default {
  rootDir: ours.rootDir,
  testEnvironment: ours.testEnvironment,
  testMatch: ['<rootDir>/test/packages/installed/**/*.test.ts'],
  extensionsToTreatAsEsm: ours.extensionsToTreatAsEsm,
  transform: ours.transform,
  globalSetup: ours.globalSetup,
  modulePathIgnorePatterns: ours.modulePathIgnorePatterns,
  maxWorkers: 2,
  testTimeout: ours.testTimeout,
};
