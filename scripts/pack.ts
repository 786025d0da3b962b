import { formatTarball, packBoth, tarballFaults } from './packages/tarballs.ts';

/**
 * `node scripts/pack.ts [folder]`: builds and packs both packages into a folder, `.cache/packages` unless it is given, and prints their
 * sizes. A file that does not belong there, or a size over its limit, ends it with exit code 1.
 */
const [folder = '.cache/packages'] = process.argv.slice(2);
const tarballs = packBoth(folder);
process.stdout.write(tarballs.map((tarball) => `${formatTarball(tarball)}\n`).join(''));
const faults = tarballs.flatMap(tarballFaults);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
