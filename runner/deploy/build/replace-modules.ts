import type { Plugin } from 'esbuild';

/**
 * Bundles other text in place of some modules, by the names under which they are imported. The text may import the module that it
 * replaces; its imports are resolved from `folder`.
 */
export function replaceModules(texts: Readonly<Record<string, string>>, folder: string): Plugin {
  return {
    name: 'replace-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, namespace }) =>
        namespace === 'file' && Object.hasOwn(texts, path) ? { path, namespace: 'replaced' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
        contents: texts[path] as string,
        resolveDir: folder,
      }));
    },
  };
}

/**
 * Packages that take 5 to 15 ms to begin (bench/README.md), and that few canaries need: a bundle begins one with its first call.
 * In the sources each is an import like any other.
 */
export const LAZY_PACKAGES = {
  re2js: lazily('re2js', 'RE2JS', 'compile'),
  'cron-parser': lazily('cron-parser', 'CronExpressionParser', 'parse'),
};

function lazily(name: string, exported: string, method: string): string {
  return `export const ${exported} = { ${method}: (text) => require('${name}').${exported}.${method}(text) };`;
}
