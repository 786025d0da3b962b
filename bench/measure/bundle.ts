import { join } from 'node:path';
import { build } from 'esbuild';
import { lateModules, MODULE_BUNDLE } from '../../scripts/packages/module-bundle.ts';
import { program } from './processes.ts';

const FOLDER = join(import.meta.dirname, '../../dist/bench');
const NAMES = ['http-ours', 'http-floor'] as const;

let building: Promise<unknown> | undefined;

/** The path of a program that is bundled as the installed package is: reading TypeScript is no part of a check. */
export async function bundled(name: (typeof NAMES)[number]): Promise<string> {
  building ??= build({
    ...MODULE_BUNDLE,
    entryPoints: Object.fromEntries(NAMES.map((one) => [one, program(`${one}.ts`)])),
    outdir: FOLDER,
    plugins: [lateModules()],
  });
  await building;
  return join(FOLDER, `${name}.mjs`);
}
