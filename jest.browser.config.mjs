import ours from './jest.config.mjs';

/** Tests of the pages in a browser: `npm run test:browser`. */
export default {
  ...ours,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2, // each has a browser of its own
};
