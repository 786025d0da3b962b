import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from './manifest.ts';

/** Licences that allow their code in our bundles, with the licence's text next to it. */
const ALLOWED: ReadonlySet<string | undefined> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

interface Bundled {
  readonly name: string;
  readonly license?: string;
  readonly text: string;
}

/**
 * The notices that the licences of bundled packages ask for: each text once, below the packages that have it. Throws if a package has
 * another licence than those that allow it.
 */
export function licenceNotices(metafiles: readonly Metafile[]): string {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const bundled = [...folders].toSorted().map(readBundled);
  const refused = bundled.filter(({ license }) => !ALLOWED.has(license));
  if (refused.length > 0)
    throw new Error(
      `No rule allows these licences in a bundle: ${refused.map(({ name, license }) => `${name} (${license})`).join(', ')}.`,
    );
  const groups = [...Map.groupBy(bundled, ({ text }) => text)].map(
    ([text, packages]) => `${packages.map(({ name }) => name).join('\n')}\n\n${text}\n`,
  );
  return `The modules of this folder contain code of these packages.\n\n${groups.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function readBundled(folder: string): Bundled {
  const path = join(ROOT, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(path, file), 'utf8').trim();
  return { name: `${name} ${version}`, ...(license === undefined ? {} : { license }), text };
}
