import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');

/** A registry on loopback. */
export interface Registry {
  readonly url: string;
  /** Names of the packages that were asked for. */
  readonly asked: ReadonlySet<string>;
  close(): Promise<void>;
}

/** An entry of package-lock.json. */
type Locked = Readonly<Record<string, unknown>> & { readonly version?: string; readonly link?: boolean };

/** Keys of a lock entry that a registry gives too. */
const KEYS = [
  ...['version', 'dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['os', 'cpu', 'libc', 'engines', 'bin', 'hasInstallScript'],
];

/** Starts a registry that serves the packages in `node_modules`, in the versions of package-lock.json, and no others. */
export async function startRegistry(): Promise<Registry> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const byName = Map.groupBy(
    Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true),
    ([path]) => path.replace(/.*node_modules\//, ''),
  );
  const asked = new Set<string>();
  const tarballs = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const tarball = tarballs.get(path);
    if (tarball !== undefined) {
      response.end(tarball);
      return;
    }
    asked.add(path);
    const found = byName.get(path);
    if (found === undefined) {
      response.writeHead(404).end('{}');
      return;
    }
    const versions = found.map(([folder, locked]) => {
      const kept = KEYS.filter((key) => locked[key] !== undefined).map((key) => [key, locked[key]] as const);
      const dist = distOf(folder, `tarballs/${path}/${locked.version}.tgz`);
      return [String(locked.version), { ...Object.fromEntries(kept), name: path, dist }] as const;
    });
    const latest = found.find(([folder]) => folder === `node_modules/${path}`) ?? found[0];
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        name: path,
        'dist-tags': { latest: latest?.[1].version },
        versions: Object.fromEntries(versions),
      }),
    );
  });

  /** Packs an installed package. The others are those of other platforms: nothing fetches them. */
  function distOf(folder: string, path: string): Readonly<Record<string, string>> {
    const full = join(ROOT, folder);
    if (!existsSync(full)) return { tarball: `${url}${path}` };
    const tarball =
      tarballs.get(path) ??
      execFileSync('tar', ['-cz', '--exclude=node_modules', '-C', dirname(full), basename(full)], {
        maxBuffer: 200_000_000,
      });
    tarballs.set(path, tarball);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    return { tarball: `${url}${path}`, integrity };
  }

  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
