import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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

/** Acts as a user who may not read what `chmod` forbids: root may. */
function asAnotherUser<Value>(act: () => Value): Value {
  if (process.getuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

const UNREADABLE = 'cannot be read. Give this user the right to read it.';
const OUTSIDE =
  'is a link that leads out of its project, so it was not read. Copy the file into the project.';

describe('the files of canaries', () => {
  it('are read if they really lie in the project, links within it included', () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'shop/canaries/b.canary.yaml': '-> ../other/b.yaml',
      'shop/other/b.yaml': 'b',
    });

    const { canaries, faults } = fileSources([], join(root, 'shop'));

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
  ])('are not read if a link leads out of the project: $files', ({ files, asked, path }) => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'secret.yaml': 'secret',
      'away/y.canary.yaml': 'secret',
      ...files,
    });

    const { canaries, faults } = fileSources(asked, join(root, 'shop'));

    expect(canaries.map(({ text }) => text)).not.toContain('secret');
    expect(faults).toEqual([`'${path}' ${OUTSIDE}`]);
  });

  it('belong to no project whose file is a link out of its folder', () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': '-> ../secret.yaml',
      'shop/canaries/a.canary.yaml': 'a',
      'secret.yaml': 'secret',
    });

    const sources = fileSources([], join(root, 'shop'));

    expect(sources.faults).toEqual([`'coalmine.config.yaml' ${OUTSIDE}`]);
    expect(sources.projectOf('canaries/a.canary.yaml')).toBe(undefined);
  });

  it('without a project are those below the working folder, or where they were asked for', () => {
    const root = folderOf({
      'here/a.canary.yaml': 'a',
      'here/b.canary.yaml': '-> ../secret.yaml',
      'there/c.canary.yaml': 'c',
      'there/d.canary.yaml': '-> ../secret.yaml',
      'secret.yaml': 'secret',
    });

    const { canaries, faults } = fileSources(['.', '../there'], join(root, 'here'));

    expect(canaries.map(({ text }) => text)).toEqual(['c', 'a']);
    expect(faults).toEqual([`'../there/d.canary.yaml' ${OUTSIDE}`, `'b.canary.yaml' ${OUTSIDE}`]);
  });
});

describe('a pattern', () => {
  const root = folderOf({
    'canaries/orders/a.canary.yaml': 'a',
    'canaries/orders/b.canary.yaml': 'b',
    'canaries/stock/c.canary.yaml': 'c',
    'canaries/stock/notes.txt': 'n',
    'node_modules/x/d.canary.yaml': 'd',
    'odd[1].canary.yaml': 'odd',
  });

  it.each([
    ['canaries/*/a.canary.yaml', ['a']],
    ['**/*.canary.yaml', ['a', 'b', 'c', 'odd']],
    ['canaries/{orders,stock}', ['a', 'b', 'c']],
    ['canaries/st?ck/*', ['c']],
    ['odd[1].canary.yaml', ['odd']],
  ])('%s names the canaries and folders that match it', (pattern, texts) => {
    const { canaries, faults } = fileSources([pattern], root);

    expect([canaries.map(({ text }) => text), faults]).toEqual([texts, []]);
  });

  it('that matches no canary is a fault', () => {
    expect(fileSources(['canaries/*.canary.yaml', 'canaries/stock/*.txt'], root).faults).toEqual([
      "No canary and no folder matches 'canaries/*.canary.yaml'.",
      "No canary and no folder matches 'canaries/stock/*.txt'.",
    ]);
  });
});

describe('the folders of canaries', () => {
  it('are searched at every depth, without hidden files, node_modules, and links to folders', () => {
    const root = folderOf({
      'canaries/b/deep/b.canary.yaml': 'b',
      'canaries/a.canary.yaml': 'a',
      'canaries/.hidden/c.canary.yaml': 'c',
      'canaries/.d.canary.yaml': 'd',
      'canaries/b/node_modules/e/e.canary.yaml': 'e',
      'canaries/linked': '-> b',
      'canaries/folder.canary.yaml/f.canary.yaml': 'f',
      'canaries/link.canary.yaml': '-> b',
      'canaries/a.part.yaml': 'part',
    });

    const sources = fileSources(['canaries', 'canaries/b', 'canaries/a.canary.yaml'], root);

    expect(sources.canaries.map(({ path }) => path)).toEqual([
      'canaries/a.canary.yaml',
      'canaries/b/deep/b.canary.yaml',
      'canaries/folder.canary.yaml/f.canary.yaml',
    ]);
    expect(sources.partsNear()).toEqual(['canaries/a.part.yaml']);
    expect(sources.faults).toEqual([]);
  });

  it('are a fault if they lead nowhere, hold no canary, or hold a canary that is a broken link', () => {
    const root = folderOf({ 'none/x.yaml': 'x', 'some/a.canary.yaml': '-> gone.yaml', 'x.yaml': 'x' });

    expect(fileSources(['away', 'none', 'some', 'x.yaml'], root).faults).toEqual([
      "There is no file or folder 'away'.",
      "There is no canary below 'none': no file whose name ends in .canary.yaml.",
      "'x.yaml' is not a canary: its name does not end in .canary.yaml. Rename it to x.canary.yaml.",
      "'some/a.canary.yaml' is a link that leads nowhere. Link it to a file, or remove it.",
    ]);
  });

  it.each([
    ['site-is-up', " Did you mean 'canaries/deep/site-is-up.canary.yaml'?"],
    ['canaries/site-is-pu.canary.yaml', " Did you mean 'canaries/deep/site-is-up.canary.yaml'?"],
    ['checks', ''],
  ])('are named by the canary that is meant if a path leads nowhere: %s', (path, hint) => {
    const root = folderOf({ 'canaries/deep/site-is-up.canary.yaml': 'a' });

    expect(fileSources([path], root).faults).toEqual([`There is no file or folder '${path}'.${hint}`]);
  });

  it('and files that this user may not read are faults, and not skipped', () => {
    const root = folderOf({
      'coalmine.config.yaml': 'project: shop',
      'canaries/a.canary.yaml': 'a',
      'canaries/b.canary.yaml': 'b',
      'canaries/b.part.yaml': 'part',
      'canaries/c.yaml': 'canary: c\nsteps: []',
      'canaries/closed/d.canary.yaml': 'd',
    });
    for (const name of ['coalmine.config.yaml', 'b.canary.yaml', 'b.part.yaml', 'c.yaml', 'closed'])
      chmodSync(join(root, name.startsWith('coal') ? '' : 'canaries', name), 0);
    chmodSync(root, 0o755);

    const { canaries, misnamed, faults, read } = asAnotherUser(() => fileSources([], root));

    expect(canaries.map(({ path }) => path)).toEqual(['canaries/a.canary.yaml']);
    expect(misnamed).toEqual([]);
    expect(faults).toEqual([
      `The folder 'canaries/closed' ${UNREADABLE}`,
      `'canaries/b.canary.yaml' ${UNREADABLE}`,
      `'coalmine.config.yaml' ${UNREADABLE}`,
    ]);
    expect(asAnotherUser(() => read('canaries/b.part.yaml', 'canaries/a.canary.yaml'))).toEqual({
      refused: 'cannot be read',
      hint: 'give this user the right to read it',
    });
  });
});

describe('a misnamed project file', () => {
  const PATHS = { 'a/b/c/x.canary.yaml': 'x', 'a/b/y.canary.yaml': 'y', 'a/z.canary.yaml': 'z' };
  const misnamed = { rename: 'coalmine.config.yaml', sort: 'project' };

  it.each([
    { files: { 'coalmine.yaml': '' }, found: ['coalmine.yaml'] },
    {
      files: { 'a/.coalmine.config.yml': '', 'coalmine.json': '' },
      found: ['a/.coalmine.config.yml'],
    },
    { files: { 'a/Coalmine.Config.yaml': '', 'a/coalmine.config.yaml': '' }, found: [] },
    {
      files: { 'a/b/c/coalmine.yml': '', 'a/coalmine.config.yaml': '', 'coalmine.yml': '' },
      found: ['a/b/c/coalmine.yml'],
    },
  ])('is named once if it is nearer to a canary than a rightly named one: $files', ({ files, found }) => {
    const root = folderOf({ ...PATHS, ...files });

    const sources = fileSources(['a'], root);

    expect(sources.misnamed).toEqual(found.map((path) => ({ path, ...misnamed })));
  });

  it('is not searched for in a folder that this user may not list', () => {
    const root = folderOf({ 'home/me/a.canary.yaml': 'a', 'home/coalmine.yaml': '' });
    chmodSync(join(root, 'home'), 0o711);
    chmodSync(root, 0o755);

    expect(asAnotherUser(() => fileSources(['.'], join(root, 'home/me'))).misnamed).toEqual([]);
    expect(fileSources(['.'], join(root, 'home/me')).misnamed).toHaveLength(process.getuid?.() === 0 ? 1 : 0);
  });
});

describe('an entry with the name of a canary that is not read', () => {
  const good = { 'shop/coalmine.config.yaml': 'project: shop', 'shop/canaries/a.canary.yaml': 'a' };

  it.each([
    ['leads nowhere', '-> ./none.yaml'],
    ['leads to itself', '-> ./b.canary.yaml'],
  ])('is a fault if it is a link that %s', (_, target) => {
    const root = folderOf({ ...good, 'shop/canaries/b.canary.yaml': target });

    const { canaries, faults } = fileSources([], join(root, 'shop'));

    expect(canaries.map(({ text }) => text)).toEqual(['a']);
    expect(faults).toEqual([
      "'canaries/b.canary.yaml' is a link that leads nowhere. Link it to a file, or remove it.",
    ]);
  });

  it('is a fault if it is a socket, and is none if it is a folder', async () => {
    const root = folderOf({ ...good, 'shop/canaries/c.canary.yaml/notes.txt': '' });
    const socket = createServer().listen(join(root, 'shop/canaries/b.canary.yaml'));
    await new Promise((resolve) => socket.once('listening', resolve));

    const { faults } = fileSources([], join(root, 'shop'));
    socket.close();

    expect(faults).toEqual([
      "'canaries/b.canary.yaml' is no regular file, so it was not read. Give it another name, or remove it.",
    ]);
  });

  it.each(['-> ../shared', '-> ../../away'])('is a fault below a link to a folder: %s', (target) => {
    const root = folderOf({
      ...good,
      'shop/shared/b.canary.yaml': 'b',
      'away/deep/c.canary.yaml': 'c',
      'shop/canaries/shared': target,
      'shop/canaries/logs': '-> ../logs',
      'shop/logs/today.txt': '',
    });

    const { canaries, faults } = fileSources([], join(root, 'shop'));

    expect(canaries.map(({ text }) => text)).toEqual(['a']);
    expect(faults).toEqual([
      "'canaries/shared' is a link to a folder with canaries, and links to folders are not followed. Move the folder here, or name it as a path.",
    ]);
  });

  it('does not stop the search for files of other names', () => {
    const root = folderOf({ ...good, 'shop/canaries/notes.yaml': '-> ./notes.yaml' });

    expect(fileSources([], join(root, 'shop')).misnamed).toEqual([]);
  });
});

describe('a project in another', () => {
  it('is a fault, since its lists would go around those of the outer one', () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'shop/canaries/deep/coalmine.config.yaml': 'project: evil',
      'shop/canaries/deep/b.canary.yaml': 'b',
    });
    const fault =
      "'canaries/deep/coalmine.config.yaml' lies in the project of 'coalmine.config.yaml', and a project holds no other. Move its folder out of that project, or remove one of the two files.";

    expect(fileSources([], join(root, 'shop')).faults).toEqual([fault]);
    expect(fileSources(['canaries/deep'], join(root, 'shop')).faults).toEqual([fault]);
    expect(fileSources(['canaries/a.canary.yaml'], join(root, 'shop')).faults).toEqual([]);
  });

  it('is no fault next to it', () => {
    const root = folderOf({
      'one/coalmine.config.yaml': 'project: one',
      'one/a.canary.yaml': 'a',
      'two/coalmine.config.yaml': 'project: two',
      'two/b.canary.yaml': 'b',
    });

    expect(fileSources(['.'], root).faults).toEqual([]);
  });
});

describe('a part', () => {
  it('lies inside the project of the canary that uses it, whatever project it lies in', () => {
    const root = folderOf({
      'shop/coalmine.config.yaml': 'project: shop',
      'shop/canaries/a.canary.yaml': 'a',
      'shop/parts/in.part.yaml': 'in',
      'shop/parts/link.part.yaml': '-> ../../other/out.part.yaml',
      'other/coalmine.config.yaml': 'project: other',
      'other/out.part.yaml': 'out',
    });
    const { read } = fileSources([], join(root, 'shop'));
    const canary = 'canaries/a.canary.yaml';
    const outside = { refused: 'lies outside the project', hint: 'copy it into the project of this canary' };

    expect(read('parts/in.part.yaml', canary)).toEqual({ path: 'parts/in.part.yaml', text: 'in' });
    expect(read('parts/in.part.yaml', canary)).toBe(read('parts/in.part.yaml', canary));
    expect(read('../other/out.part.yaml', canary)).toEqual(outside);
    expect(read('parts/link.part.yaml', canary)).toEqual(outside);
    expect(read('parts/none.part.yaml', canary)).toEqual({ refused: 'is not there' });
  });
});
