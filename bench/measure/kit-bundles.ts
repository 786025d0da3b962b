import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { MODULE_BUNDLE } from '../../scripts/packages/module-bundle.ts';
import { program } from './processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'dist/bench-kit');

/** A library as an application bundles it. */
export interface Library {
  readonly path: string;
  /** With gzip. */
  readonly kilobytes: number;
}

/** Bundles what some statements export, minified. */
export async function libraryOf(
  name: string,
  { statements, format = 'esm' }: { readonly statements: readonly string[]; readonly format?: 'esm' | 'cjs' },
): Promise<Library> {
  const { outputFiles } = await build({
    stdin: { contents: statements.join('\n'), resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format,
    mainFields: ['module', 'main'],
    write: false,
  });
  const [{ contents }] = outputFiles as unknown as readonly [{ readonly contents: Uint8Array }];
  const path = join(FOLDER, `${name}-library.${format === 'esm' ? 'mjs' : 'cjs'}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, contents);
  return { path, kilobytes: gzipSync(contents, { level: 9 }).byteLength / 1_000 };
}

/** The paths of programs of `programs/kit`, each bundled. */
export async function kitPrograms<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const paths = names.map((name) => [name, program(`kit/${name}.ts`)] as const);
  await build({
    ...MODULE_BUNDLE,
    splitting: false,
    entryPoints: Object.fromEntries(paths),
    outdir: FOLDER,
  });
  return Object.fromEntries(names.map((name) => [name, join(FOLDER, `${name}.mjs`)])) as Record<Name, string>;
}
