import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../engine/fleet-context.ts';
import type { FunctionName } from '../functions.ts';
import { CHECKS, checksOf, entryOf } from './function-entry.ts';
import { type FunctionCode, ownCode } from './function-modules.ts';
import { FUNCTION_REPLACEMENTS, LAZY_PACKAGES, replaceModules } from './replace-modules.ts';

/** Size limit of the functions of this repository's own stack: each cold start reads and parses every byte. */
export const MOST_BYTES = 900_000;

export interface BundledFunction {
  readonly name: FunctionName;
  readonly bytes: number;
  /** The size of the fleet file. */
  readonly fleetBytes: number;
  /** Names of the packages that it holds. */
  readonly packages: ReadonlySet<string>;
}

/** Bundles a function for a fleet into one CommonJS file, `index.js`, with the fleet as JSON next to it. */
export async function bundleFunction(
  name: FunctionName,
  fleet: Fleet,
  folder: string,
  code: FunctionCode = ownCode(),
): Promise<BundledFunction> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const json = JSON.stringify(fleet);
  writeFileSync(join(folder, 'fleet.json'), json);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n'); // ignores configuration in the folders above
  const absent = unneeded(fleet);
  const { build } = await import('esbuild');
  const { metafile } = await build({
    stdin: {
      contents: entryOf(name, fleet, code.pathOf),
      resolveDir: code.folder,
      sourcefile: `${name}-entry.ts`,
      loader: 'ts',
    },
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    external: absent,
    alias: Object.fromEntries(Object.entries(code.packages).filter(([path]) => !absent.includes(path))),
    logOverride: { 'ignored-bare-import': 'silent' }, // modules import each other for their order too
    plugins: [
      replaceModules({ ...LAZY_PACKAGES, ...FUNCTION_REPLACEMENTS, [CHECKS]: checksOf(fleet) }, code.folder),
    ],
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  const [inputs = {}] = Object.values(metafile.outputs).map((output) => output.inputs);
  const packages = Object.keys(inputs).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '',
  );
  return { name, bytes, fleetBytes: Buffer.byteLength(json), packages: new Set(packages) };
}

/** Packages that a function loads with the first call, and that a fleet without such a call does not need in its bundle. */
function unneeded({ environment, ...fleet }: Fleet): string[] {
  const text = JSON.stringify(fleet);
  const needed = {
    re2js: text.includes('"$matches":'),
    'cron-parser': text.includes('"cron":'),
    '@aws-sdk/client-sts': environment.role !== undefined,
  };
  return Object.entries(needed).flatMap(([name, isNeeded]) => (isNeeded ? [] : [name]));
}
