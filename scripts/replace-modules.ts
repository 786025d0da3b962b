import type { BuildOptions, Plugin } from 'esbuild';

/**
 * Bundles other text in place of some modules, by the names under which they are imported. The text may import the module that it
 * replaces.
 */
export function replaceModules(texts: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'replace-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, namespace }) =>
        namespace === 'file' && Object.hasOwn(texts, path) ? { path, namespace: 'replaced' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
        contents: texts[path] as string,
        resolveDir: import.meta.dirname,
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

/**
 * The packages of the command line. The build of yaml for Node reads `process.env` at each token, which takes a quarter of the time of
 * parsing. Its build for browsers is the same code without that.
 */
export const COMMAND_LINE_PACKAGES = {
  ...LAZY_PACKAGES,
  yaml: "export * from '../node_modules/yaml/browser/dist/index.js';",
};

function lazily(name: string, exported: string, method: string): string {
  return `export const ${exported} = { ${method}: (text) => require('${name}').${exported}.${method}(text) };`;
}

/** The bundling of the command line: plain modules for Node 24, a chunk for each that is loaded late. The bench bundles its programs likewise. */
export const MODULE_BUNDLE = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: {
    js: "import{createRequire as coalmineRequire}from'node:module';const require=coalmineRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;
