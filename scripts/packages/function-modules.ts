import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { FUNCTION_MODULES, PACKAGE_MODULES } from '../../runner/deploy/build/function-modules.ts';
import { FUNCTION_REPLACEMENTS, replaceModules } from '../../runner/deploy/build/replace-modules.ts';
import { ROOT } from './manifest.ts';
import { MODULE_BUNDLE } from './module-bundle.ts';

/**
 * Bundles the modules from which an installed package builds the functions of a stack, third-party code inside. Each kind is an entry
 * point, and so a chunk of its own, which a build leaves out if its fleet does not use it. White space stays, and with it the comments by
 * which a bundler knows calls without effects.
 */
export async function buildFunctionModules(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...MODULE_BUNDLE,
    absWorkingDir: ROOT,
    banner: {},
    minify: false,
    minifySyntax: true,
    minifyIdentifiers: true,
    entryPoints: { ...FUNCTION_MODULES, ...entriesOfTables(), ...packageEntries() },
    outdir: folder,
    legalComments: 'none',
    metafile: true,
    plugins: [packagesApart(), replaceModules(FUNCTION_REPLACEMENTS, ROOT)],
  });
  writeFileSync(join(ROOT, folder, 'package.json'), '{"type":"module","sideEffects":false}\n');
  return metafile;
}

/** A module for each line of a table. */
function entriesOfTables(): Readonly<Record<string, string>> {
  const tables = Object.entries(FUNCTION_MODULES).filter(([, path]) => basename(path) === 'table.ts');
  return Object.fromEntries(
    tables.flatMap(([name, path]) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/ from '([^']+)'/g)].map(([, file = '']) => [
        `${name}-${basename(file, '.ts')}`,
        join(dirname(path), file),
      ]),
    ),
  );
}

function packageEntries(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(PACKAGE_MODULES).map(([name, file]) => [file, name]));
}

/** The module of each package. Two are in CommonJS, whose exports must be named. */
const PACKAGES: Readonly<Record<keyof typeof PACKAGE_MODULES, string>> = {
  re2js: "export * from 're2js';",
  'cron-parser': "export { CronExpressionParser } from 'cron-parser';",
  '@aws-sdk/client-sts': "export * from '@aws-sdk/client-sts';",
  'ajv/dist/runtime/ucs2length': "export { default } from 'ajv/dist/runtime/ucs2length.js';",
};

/** Leaves the packages as they are imported; a build takes their modules, or leaves them out. */
function packagesApart(): Plugin {
  return {
    name: 'packages-apart',
    setup(of) {
      of.onResolve({ filter: /.*/ }, ({ path, kind, namespace }) => {
        if (namespace === 'package' || !Object.hasOwn(PACKAGES, path)) return undefined;
        return kind === 'entry-point' ? { path, namespace: 'package' } : { path, external: true };
      });
      of.onLoad({ filter: /.*/, namespace: 'package' }, ({ path }) => ({
        contents: PACKAGES[path as keyof typeof PACKAGES],
        resolveDir: ROOT,
      }));
    },
  };
}
