import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileSources } from '../../runner/adapters/references/file-sources.ts';

/** A folder with files by their paths, and links: `link: '-> target'`. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'coalmine-sources-'));
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), full);
    else writeFileSync(full, text);
  }
  return root;
}

const OUTSIDE =
  'is a link that leads out of its project, so it was not read. Copy the file into the project.';

describe('the files of canaries', () => {
  it('are read if they really lie in the project, links within it included', async () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'shop/canaries/b.canary.yaml': '-> ../other/b.yaml',
      'shop/other/b.yaml': 'b',
    });

    const { canaries, faults } = await fileSources([], join(root, 'shop'));

    expect(canaries.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(faults).toEqual([]);
  });

  it.each([
    {
      files: { 'shop/canaries/x.canary.yaml': '-> ../../secret.yaml' },
      asked: [],
      path: 'canaries/x.canary.yaml',
    },
    {
      files: { 'shop/canaries/x.canary.yaml': '-> ../../secret.yaml' },
      asked: ['canaries/x.canary.yaml'],
      path: 'canaries/x.canary.yaml',
    },
    {
      files: { 'shop/canaries/x.canary.yaml': '-> /etc/hostname' },
      asked: [],
      path: 'canaries/x.canary.yaml',
    },
    {
      files: { 'shop/canaries/deep': '-> ../../away' },
      asked: ['canaries/deep/y.canary.yaml'],
      path: 'canaries/deep/y.canary.yaml',
    },
  ])('are not read if a link leads out of the project: $files', async ({ files, asked, path }) => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'secret.yaml': 'secret',
      'away/y.canary.yaml': 'secret',
      ...files,
    });

    const { canaries, faults } = await fileSources(asked, join(root, 'shop'));

    expect(canaries.map(({ text }) => text)).not.toContain('secret');
    expect(faults).toEqual([`'${path}' ${OUTSIDE}`]);
  });

  it('belong to no project whose file is a link out of its folder', async () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': '-> ../secret.yaml',
      'shop/canaries/a.canary.yaml': 'a',
      'secret.yaml': 'secret',
    });

    const sources = await fileSources([], join(root, 'shop'));

    expect(sources.faults).toEqual([`'coalmine.config.yaml' ${OUTSIDE}`]);
    expect(sources.projectOf('canaries/a.canary.yaml')).toBe(undefined);
  });

  it('without a project are those below the working folder, or where they were asked for', async () => {
    const root = folderOf({
      'here/a.canary.yaml': 'a',
      'here/b.canary.yaml': '-> ../secret.yaml',
      'there/c.canary.yaml': 'c',
      'there/d.canary.yaml': '-> ../secret.yaml',
      'secret.yaml': 'secret',
    });

    const { canaries, faults } = await fileSources(['.', '../there'], join(root, 'here'));

    expect(canaries.map(({ text }) => text)).toEqual(['c', 'a']);
    expect(faults).toEqual([`'../there/d.canary.yaml' ${OUTSIDE}`, `'b.canary.yaml' ${OUTSIDE}`]);
  });
});

describe('a part', () => {
  it('lies inside the project of the canary that uses it, whatever project it lies in', async () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'shop/parts/in.part.yaml': 'in',
      'shop/parts/link.part.yaml': '-> ../../other/out.part.yaml',
      'other/coalmine.config.yaml': 'project: other',
      'other/out.part.yaml': 'out',
    });
    const { read } = await fileSources([], join(root, 'shop'));
    const canary = 'canaries/a.canary.yaml';

    expect(read('parts/in.part.yaml', canary)).toEqual({ path: 'parts/in.part.yaml', text: 'in' });
    expect(read('parts/in.part.yaml', canary)).toBe(read('parts/in.part.yaml', canary));
    expect(read('../other/out.part.yaml', canary)).toEqual({ refused: 'lies outside the project' });
    expect(read('parts/link.part.yaml', canary)).toEqual({ refused: 'lies outside the project' });
    expect(read('parts/none.part.yaml', canary)).toEqual({ refused: 'is not there' });
  });
});
