import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from './manifest.ts';

export interface Tarball {
  readonly name: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

interface Limits {
  readonly files: number;
  readonly packedKb: number;
  readonly unpackedKb: number;
}

/** Limits of what an install fetches and writes, a fifth above the size of today. A larger package needs a reason. */
const LIMITS: Readonly<Record<string, Limits>> = {
  coalmine: { files: 780, packedKb: 3_400, unpackedKb: 11_900 },
  '@coalmine/trace': { files: 20, packedKb: 26, unpackedKb: 75 },
};

/** Files that a package may hold. Sources of tests, and any source, are not among them. */
const SHIPPED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/.+\.(md|json|svg)|dist\/(.+\.(mjs|d\.ts|txt)|LICENSE|functions\/package\.json))$/;

/** Builds both packages, and packs them into a folder that is emptied before. */
export function packBoth(folder: string): readonly Tarball[] {
  const destination = resolve(ROOT, folder);
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { cwd: ROOT });
  const argv = ['pack', '--json', '--ignore-scripts', '--include-workspace-root', '--workspaces'];
  const shell = process.platform === 'win32'; // npm is a batch file there
  const output = execFileSync('npm', [...argv, '--pack-destination', destination], {
    cwd: ROOT,
    encoding: 'utf8',
    shell,
  });
  const packed = JSON.parse(output) as Readonly<
    Record<
      string,
      { name: string; filename: string; size: number; unpackedSize: number; files: { path: string }[] }
    >
  >;
  return Object.values(packed).map(({ name, filename, size, unpackedSize, files }) => ({
    name,
    path: join(destination, filename),
    files: files.map(({ path }) => path),
    packedBytes: size,
    unpackedBytes: unpackedSize,
  }));
}

/** One line on a package: its size. */
export function formatTarball({ name, files, packedBytes, unpackedBytes }: Tarball): string {
  return `${name.padEnd(16)} ${files.length} files, ${kilobytes(packedBytes)} kB packed, ${kilobytes(unpackedBytes)} kB unpacked`;
}

/** The faults of a package: files that it should not hold, and sizes over its limits. */
export function tarballFaults({ name, files, packedBytes, unpackedBytes }: Tarball): readonly string[] {
  const limits = LIMITS[name];
  if (limits === undefined) return [`scripts/packages/tarballs.ts has no limits for '${name}'. Add them.`];
  const sizes: readonly (readonly [string, number, number])[] = [
    ['files', files.length, limits.files],
    ['kB packed', kilobytes(packedBytes), limits.packedKb],
    ['kB unpacked', kilobytes(unpackedBytes), limits.unpackedKb],
  ];
  return [
    ...files
      .filter((path) => !SHIPPED.test(path))
      .map((path) => `${name} holds ${path}, which no user needs. Leave it out by 'files' in package.json.`),
    ...sizes
      .filter(([, size, limit]) => size > limit)
      .map(
        ([unit, size, limit]) =>
          `${name} has ${size} ${unit}, more than ${limit}. Find what it gained, or raise the limit in scripts/packages/tarballs.ts.`,
      ),
  ];
}

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1_024);
}
