import ours from './jest.config.mjs';

/** Tests against an AWS that none of us wrote: `npm run test:aws` (infra/local-aws/README.md). */
export default {
  ...ours,
  testEnvironment: '<rootDir>/test/emulated/setup/environment.mjs',
  testMatch: [
    '<rootDir>/test/emulated/**/*.test.ts',
    '<rootDir>/test/{adapters/traces/traces,kinds/verbs,kinds/nouns/nouns}.test.ts',
  ],
  testPathIgnorePatterns: [],
  maxWorkers: 2, // they mostly wait
};
