import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '../..');

/** Folders of the packages, from the root. */
export const PACKAGE_FOLDERS = ['.', 'runner/trace'] as const;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

/** A module that programs import from an installed package. */
export interface EntryPoint {
  /** Its name in `dist`, without an ending. */
  readonly name: string;
  /** Its source, from the root. */
  readonly source: string;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The modules that `coalmine` exports, by its package.json: the path of a type names the source. */
export function entryPoints(): readonly EntryPoint[] {
  return Object.values(readManifest('.').exports)
    .filter((target) => typeof target === 'object')
    .map(({ types, default: module }) => ({
      name: module.replace(/^\.\/dist\/(.+)\.mjs$/, '$1'),
      source: types.replace(/^\.\/dist\/types\/(.+)\.d\.ts$/, '$1.ts'),
    }))
    .filter(({ source }) => existsSync(join(ROOT, source)));
}
