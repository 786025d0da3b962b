import type { Plugin } from 'esbuild';

/**
 * Lets a bundle begin re2js with the first pattern that is compiled: it takes 10 ms and more to begin (bench/README.md), and few
 * canaries have a `$matches`. In the sources it is an import like any other.
 */
export const latePatterns: Plugin = {
  name: 'late-patterns',
  setup(build) {
    build.onResolve({ filter: /^re2js$/ }, ({ importer }) =>
      importer.endsWith('/pattern.ts') ? { path: 'patterns', namespace: 'late' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, () => ({
      contents: "exports.RE2JS = { compile: (pattern) => require('re2js').RE2JS.compile(pattern) };",
      resolveDir: import.meta.dirname,
    }));
  },
};
