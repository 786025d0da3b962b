import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../engine/fleet-context.ts';
import type { FunctionName } from '../functions.ts';
import { CHECKS, checksOf, entryOf } from './function-entry.ts';
import { LAZY_PACKAGES, replaceModules } from './replace-modules.ts';

const ROOT = join(import.meta.dirname, '../../..');

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
): Promise<BundledFunction> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const json = JSON.stringify(fleet);
  writeFileSync(join(folder, 'fleet.json'), json);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n'); // ignores configuration in the folders above
  const { build } = await import('esbuild');
  const { metafile } = await build({
    stdin: { contents: entryOf(name, fleet), resolveDir: ROOT, sourcefile: `${name}-entry.ts`, loader: 'ts' },
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    external: unneeded(fleet),
    plugins: [replaceModules(replacements(fleet), ROOT)],
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  const [inputs = {}] = Object.values(metafile.outputs).map((output) => output.inputs);
  const packages = Object.keys(inputs).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '',
  );
  return { name, bytes, fleetBytes: Buffer.byteLength(json), packages: new Set(packages) };
}

/** Texts in place of modules that are needed by no function as they are. */
function replacements(fleet: Fleet): Readonly<Record<string, string>> {
  return {
    ...LAZY_PACKAGES,
    [CHECKS]: checksOf(fleet),
    // Compiled checks replace the schemas; nothing else reads them at run time.
    typebox: 'export const Type = new Proxy({}, { get: () => () => ({}) });',
    // Lambda sets a function's credentials in its environment; the rest of the chain is for developers' machines.
    '@aws-sdk/credential-provider-node':
      "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  };
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
