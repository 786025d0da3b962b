import { resolve } from 'node:path';
import { parseDuration } from '../../../core/base/duration.ts';
import { INTERNAL_PAGES } from '../../../core/report/page-paths.ts';
import { environmentOf, select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { publicSite, wholeSite } from '../../../site/site-pages.ts';
import { siteFolder } from '../../files/site-folder.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectOf, sound } from '../../setup/selection.ts';
import { type ReadOptions, withStoreOf } from '../../setup/with-store.ts';

export interface SiteOptions extends ReadOptions {
  /** The folder of the pages. */
  readonly out: string;
  /** True for a site without internals: a fleet page and a badge. */
  readonly public?: boolean;
  /** Time after which the pages are out of date, such as `15m`. */
  readonly freshFor: string;
}

/** `coalmine site`: the state as pages in a folder, for a browser or any web server. Only what changed is written. */
export async function site(
  paths: readonly string[],
  options: SiteOptions,
  io: Io,
  nowMs: number,
): Promise<number> {
  const freshForMs = parseDuration(options.freshFor);
  if (freshForMs === undefined)
    throw new UsageError(
      `--fresh-for '${options.freshFor}' is no time: write a number and a unit, such as 15m or 2h.`,
    );
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const at = projectOf(loaded);
  const { project } = at;
  const environment = environmentOf(project, options.env);
  const canaries = loaded
    .map(({ canary }) => canary)
    .filter(({ only }) => only === undefined || only.includes(environment.name));
  const folder = siteFolder(resolve(io.cwd, options.out));
  const internal = options.public === true ? INTERNAL_PAGES.filter(folder.has) : [];
  if (internal.length > 0)
    throw new UsageError(
      `--out '${options.out}' holds ${internal.join(', ')}, which would be public too. Choose another folder with --out.`,
    );
  return withStoreOf(at, options, io, async ({ runs, alerts }) => {
    const source = { runs, alerts, project, environment, canaries, nowMs, freshForMs, has: folder.has };
    let [files, written] = [0, 0];
    for await (const { path, text } of options.public === true ? publicSite(source) : wholeSite(source)) {
      files += 1;
      if (folder.write(path, text)) written += 1;
    }
    const others = written === files ? '' : `; the other ${files - written} are as they were`;
    io.stdout.write(`${options.out}: ${written} of ${files} pages written${others}.\n`);
    return EXIT.good;
  });
}
