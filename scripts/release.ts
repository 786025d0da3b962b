import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PACKAGE_FOLDERS, ROOT, readManifest } from './packages/manifest.ts';
import { releaseFaults } from './packages/release-faults.ts';
import { formatTarball, packBoth, tarballFaults } from './packages/tarballs.ts';

/**
 * `npm run release`: checks that this commit can be released, makes the tarballs in `.cache/release`, tags the commit, and prints the
 * commands that publish. It publishes nothing. With `--dry-run` it sets no tag, and accepts a section `Unreleased`.
 */
const isDryRun = process.argv.includes('--dry-run');
const git = (...argv: readonly string[]): string =>
  execFileSync('git', argv, { cwd: ROOT, encoding: 'utf8' });
const manifests = PACKAGE_FOLDERS.map(readManifest);
const [version = ''] = manifests.map((manifest) => manifest.version);

const tarballs = packBoth('.cache/release');
process.stdout.write(tarballs.map((tarball) => `${formatTarball(tarball)}\n`).join(''));
const faults = [
  ...releaseFaults({
    versions: Object.fromEntries(manifests.map((manifest) => [manifest.name, manifest.version])),
    changelog: readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'),
    uncommitted: git('status', '--porcelain'),
    tags: git('tag', '--list').split('\n'),
    isDryRun,
  }),
  ...tarballs.flatMap(tarballFaults),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
else if (isDryRun)
  process.stdout.write(`${version} can be released. This was a dry run: nothing is tagged or published.\n`);
else {
  git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
  const commands = tarballs.map(({ path }) => `npm publish ${relative(ROOT, path)} --access public\n`);
  process.stdout.write(
    `Tagged v${version}. Nothing is published. The commands that publish:\n${commands.join('')}`,
  );
}
