import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Fleet } from '../runner/engine/fleet-context.ts';
import { lazyImports } from './lazy-imports.ts';
import { pruneUnused } from './prune-unused.ts';

const ROOT = join(import.meta.dirname, '..');

/** The functions of the stack, each a file of runner/lambda. */
export const FUNCTIONS = ['tick', 'worker', 'tap-reader'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** What the functions of this repository's own stack may have: each byte is read and parsed by each cold start. */
export const MOST_BYTES = 900_000;

/** A function that was bundled. */
export interface BundledFunction {
  readonly name: FunctionName;
  readonly bytes: number;
  /** The size of the fleet beside it. */
  readonly fleetBytes: number;
}

/** Bundles a function for a fleet into one CommonJS file, `index.js`, with the fleet as JSON beside it. */
export async function bundleFunction(
  name: FunctionName,
  fleet: Fleet,
  folder: string,
): Promise<BundledFunction> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const json = JSON.stringify(fleet);
  writeFileSync(join(folder, 'fleet.json'), json);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n'); // whatever lies in the folders above
  const { metafile } = await build({
    stdin: { contents: entryOf(name), resolveDir: ROOT, sourcefile: `${name}-entry.ts`, loader: 'ts' },
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    plugins: [pruneUnused(fleet), lazyImports],
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { name, bytes, fleetBytes: Buffer.byteLength(json) };
}

/** The few lines that are a function's own: where its fleet lies. */
function entryOf(name: FunctionName): string {
  const exported = `${name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Handler`;
  return `
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as checks from 'coalmine:checks';
import { ${exported} } from './runner/lambda/${name}.ts';
const fleet = readFileSync(join(__dirname, 'fleet.json'), 'utf8');
export const handler = ${exported}({ fleet, checks });
`;
}
