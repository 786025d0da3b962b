import ours from './jest.config.mjs';

/** Tests of the packed packages, installed into projects of their own: `npm run test:packages`. */
export default {
  ...ours,
  testMatch: ['<rootDir>/test/packages/installed/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};
