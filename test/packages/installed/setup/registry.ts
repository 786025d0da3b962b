import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { PACKAGE_FOLDERS, readManifest } from '../../../../scripts/packages/manifest.ts';
import type { Tarball } from '../../../../scripts/packages/tarballs.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** A registry on loopback. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/** An entry of package-lock.json. */
type Locked = Readonly<Record<string, unknown>> & { readonly version?: string; readonly link?: boolean };

/** Keys of a lock entry that a registry gives too. */
const KEYS = [
  ...['version', 'dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['os', 'cpu', 'libc', 'engines', 'bin', 'hasInstallScript'],
];

/**
 * Starts a registry that serves the given tarballs, and the packages in `node_modules`, in the versions of package-lock.json. It knows no
 * others.
 */
export async function startRegistry(packed: readonly Tarball[]): Promise<Registry> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const byName = Map.groupBy(
    Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true),
    ([path]) => path.replace(/.*node_modules\//, ''),
  );
  const tarballs = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const tarball = tarballs.get(path);
    if (tarball !== undefined) {
      response.end(tarball);
      return;
    }
    const versions = Object.fromEntries(ours.get(path) ?? theirsOf(path));
    const [latest] = Object.keys(versions);
    if (latest === undefined) {
      response.writeHead(404).end('{}');
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: path, 'dist-tags': { latest }, versions }));
  });

  type Version = readonly [version: string, manifest: object];

  /** The versions of a package that is installed here, the one that our own code gets first. */
  function theirsOf(name: string): readonly Version[] {
    const found = (byName.get(name) ?? []).toSorted(([one], [other]) => one.length - other.length);
    return found.map(([folder, locked]) => {
      const kept = KEYS.filter((key) => locked[key] !== undefined).map((key) => [key, locked[key]] as const);
      const dist = distOf(folder, `tarballs/${name}/${locked.version}.tgz`);
      return [String(locked.version), { ...Object.fromEntries(kept), name, dist }];
    });
  }

  /** Packs an installed package. The others are those of other platforms: nothing fetches them. */
  function distOf(folder: string, path: string): Readonly<Record<string, string>> {
    const full = join(ROOT, folder);
    if (!existsSync(full)) return { tarball: `${url}${path}` };
    const tarball =
      tarballs.get(path) ??
      execFileSync('tar', ['-cz', '--exclude=node_modules', '-C', dirname(full), basename(full)], {
        maxBuffer: 200_000_000,
      });
    return serve(path, tarball);
  }

  function serve(path: string, tarball: Buffer): Readonly<Record<string, string>> {
    tarballs.set(path, tarball);
    return {
      tarball: `${url}${path}`,
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    };
  }

  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const manifests = PACKAGE_FOLDERS.map(readManifest);
  const ours = new Map<string, readonly Version[]>(
    packed.map(({ name, path }) => {
      const manifest = manifests.find((one) => one.name === name);
      const dist = serve(`tarballs/${basename(path)}`, readFileSync(path));
      return [name, [[String(manifest?.version), { ...manifest, dist }]]];
    }),
  );
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
