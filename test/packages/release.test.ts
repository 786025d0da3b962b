import { describe, expect, it } from '@jest/globals';
import { type ReleaseState, releaseFaults } from '../../scripts/packages/release-faults.ts';
import { type Tarball, tarballFaults } from '../../scripts/packages/tarballs.ts';
import { licenceNotices } from '../../scripts/packages/third-party.ts';

const GOOD: ReleaseState = {
  versions: { coalmine: '1.2.0', '@coalmine/trace': '1.2.0' },
  changelog:
    '# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-11-30\n\n### Added\n\n- A thing.\n\n## 1.1.0\n\n- Another.\n',
  uncommitted: '',
  tags: ['v1.1.0'],
  isDryRun: false,
};

describe('a release', () => {
  it('is possible with a section for its version, one version, and a clean tree', () => {
    expect(releaseFaults(GOOD)).toEqual([]);
  });

  it.each<{ title: string; change: Partial<ReleaseState>; fault: string }>([
    {
      title: 'packages of different versions',
      change: { versions: { coalmine: '1.2.0', '@coalmine/trace': '1.1.0' } },
      fault:
        "The packages have different versions: coalmine 1.2.0, @coalmine/trace 1.1.0. Give them one, and run 'npm install'.",
    },
    {
      title: 'a changelog without the version',
      change: { changelog: '## Unreleased\n\n- A thing.\n\n## 1.2.01\n\n- Another.\n' },
      fault:
        "CHANGELOG.md has no section '## 1.2.0 - DATE'. Rename 'Unreleased', or raise the version in both package.json files.",
    },
    {
      title: 'an empty section',
      change: { changelog: '## 1.2.0\n\n## 1.1.0\n\n- A thing.\n' },
      fault: 'The section of 1.2.0 in CHANGELOG.md is empty. List its changes.',
    },
    {
      title: 'a version that is tagged',
      change: { tags: ['v1.1.0', 'v1.2.0'] },
      fault: 'Tag v1.2.0 exists: that version is released. Raise the version in both package.json files.',
    },
    {
      title: 'changes that are in no commit',
      change: { uncommitted: ' M package.json\n' },
      fault: 'The working tree has changes that are in no commit. Commit them first:\n M package.json',
    },
  ])('is refused with $title', ({ change, fault }) => {
    expect(releaseFaults({ ...GOOD, ...change })).toEqual([fault]);
  });

  it('may be rehearsed while its section is named Unreleased', () => {
    const changelog = '## Unreleased\n\n- A thing.\n';

    expect(releaseFaults({ ...GOOD, changelog, isDryRun: true })).toEqual([]);
  });
});

describe('a package', () => {
  const TARBALL: Tarball = {
    name: '@coalmine/trace',
    path: '/tmp/coalmine-trace-1.2.0.tgz',
    files: ['package.json', 'README.md', 'dist/index.mjs', 'dist/index.d.ts', 'dist/LICENSE'],
    packedBytes: 5_000,
    unpackedBytes: 15_000,
  };

  it('holds modules and their declarations', () => {
    expect(tarballFaults(TARBALL)).toEqual([]);
  });

  it.each(['index.ts', 'test/index.test.ts', 'dist/index.ts', 'dist/fleet.json', 'src/dist/index.mjs'])(
    'does not hold %s',
    (path) => {
      expect(tarballFaults({ ...TARBALL, files: [path] })).toEqual([
        `@coalmine/trace holds ${path}, which no user needs. Leave it out by 'files' in package.json.`,
      ]);
    },
  );

  it('is refused over its limits', () => {
    expect(tarballFaults({ ...TARBALL, packedBytes: 26_625, unpackedBytes: 76_800 })).toEqual([
      '@coalmine/trace has 27 kB packed, more than 26. Find what it gained, or raise the limit in scripts/packages/tarballs.ts.',
    ]);
  });

  it('without limits is refused', () => {
    expect(tarballFaults({ ...TARBALL, name: '@coalmine/other' })).toEqual([
      "scripts/packages/tarballs.ts has no limits for '@coalmine/other'. Add them.",
    ]);
  });
});

describe('the notices of bundled packages', () => {
  const bundleOf = (...paths: readonly string[]) => ({
    inputs: {},
    outputs: {
      'dist/a.mjs': {
        bytes: 1,
        imports: [],
        exports: [],
        inputs: Object.fromEntries(paths.map((path) => [path, { bytesInOutput: 1 }])),
      },
    },
  });

  it('name each package with its licence, those of one text together', () => {
    const notices = licenceNotices([
      bundleOf(
        'runner/app.ts',
        'node_modules/@aws-sdk/client-sns/dist-es/a.js',
        'node_modules/@aws-sdk/client-sqs/dist-es/b.js',
        'node_modules/ajv/dist/ajv.js',
      ),
    ]);

    expect(notices).toMatch(
      /\n@aws-sdk\/client-sns 3\.\d+\.\d+\n@aws-sdk\/client-sqs 3\.\d+\.\d+\n\n\s*Apache License/,
    );
    expect(notices).toMatch(/\najv 8\.\d+\.\d+\n\nThe MIT License/);
    expect(notices.match(/Apache License\n/g)).toHaveLength(1);
  });

  it('refuse a licence that no rule allows', () => {
    expect(() => licenceNotices([bundleOf('node_modules/caniuse-lite/data/agents.js')])).toThrow(
      /^No rule allows these licences in a bundle: caniuse-lite [\d.]+ \(CC-BY-4\.0\)\.$/,
    );
  });
});
