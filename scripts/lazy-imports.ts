import type { Plugin } from 'esbuild';

/**
 * Packages that take 5 to 15 ms to begin (bench/README.md), and that few canaries need: by name, the one file that imports each,
 * and what it has of it.
 */
const LATE = {
  re2js: { from: '/pattern.ts', named: 'RE2JS', call: 'compile' },
  'cron-parser': { from: '/schedule-cron.ts', named: 'CronExpressionParser', call: 'parse' },
} as const;

/** Lets a bundle begin such a package with the first call. In the sources it is an import like any other. */
export const lazyImports: Plugin = {
  name: 'late-packages',
  setup(build) {
    build.onResolve({ filter: /^(re2js|cron-parser)$/ }, ({ path, importer }) =>
      importer.endsWith(LATE[path as keyof typeof LATE].from) ? { path, namespace: 'late' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      const { named, call } = LATE[path as keyof typeof LATE];
      return {
        contents: `exports.${named} = { ${call}: (text) => require('${path}').${named}.${call}(text) };`,
        resolveDir: import.meta.dirname,
      };
    });
  },
};
