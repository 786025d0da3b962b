import type { BuildOptions, Plugin } from 'esbuild';
import { LAZY_PACKAGES, replaceModules } from '../../runner/deploy/build/replace-modules.ts';
import { ROOT } from './manifest.ts';

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

/** Replaces the packages that begin late. */
export function lateModules(): Plugin {
  return replaceModules(LAZY_PACKAGES, ROOT);
}

/**
 * Replaces packages of the command line. The build of yaml for Node reads `process.env` at each token, which takes a quarter of the time of
 * parsing. Its build for browsers is the same code without that.
 */
export function commandLineModules(): Plugin {
  const yaml = "export * from './node_modules/yaml/browser/dist/index.js';";
  return replaceModules({ ...LAZY_PACKAGES, yaml }, ROOT);
}
