import { join } from 'node:path';
import { build } from 'esbuild';
import { LAZY_PACKAGES, replaceModules } from '../../scripts/replace-modules.ts';
import { program } from './processes.ts';

const FOLDER = join(import.meta.dirname, '../../dist/bench');
const NAMES = ['http-ours', 'http-floor'] as const;

let building: Promise<unknown> | undefined;

/** The path of a program that is bundled as the installed package is: reading TypeScript is no part of a check. */
export async function bundled(name: (typeof NAMES)[number]): Promise<string> {
  building ??= build({
    entryPoints: Object.fromEntries(NAMES.map((one) => [one, program(`${one}.ts`)])),
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [replaceModules(LAZY_PACKAGES)],
    banner: {
      js: "import{createRequire as benchRequire}from'node:module';const require=benchRequire(import.meta.url);",
    },
  });
  await building;
  return join(FOLDER, `${name}.mjs`);
}
