import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const PAGES = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');

/** Files of the npm package `coalmine`: `files` of package.json, and those that npm always adds. */
const IN_PACKAGE = /^(docs\/|CHANGELOG\.md$|README\.md$)/;
/** The README is also the page of the repository. */
const SHIPPED = PAGES.filter((path) => IN_PACKAGE.test(path) && path !== 'README.md');

/** A page without code, which holds no links. */
function withoutCode(page: string): string {
  return page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '`');
}

/** The anchors of the headings of a page, as GitHub makes them: the second of one name ends in `-1`. */
function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#+ +(.+)$/gm)].map(
    ([, heading = '']) => {
      const anchor = heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    },
  );
}

type Read = (path: string) => string | undefined;

/** The links of a page that lead to no file, or to no heading of a page. Addresses of the web are not asked. */
function brokenLinks(path: string, read: Read): readonly string[] {
  const links = [...withoutCode(read(path) ?? '').matchAll(/\]\(\s*([^)\s]+)\s*\)/g)].map(
    ([, link = '']) => link,
  );
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const page = read(file === '' ? path : posix.join(posix.dirname(path), file));
    return page === undefined || (anchor !== undefined && !anchorsOf(page).includes(anchor));
  });
}

function readPage(path: string): string | undefined {
  if (!existsSync(join(ROOT, path))) return undefined;
  return path.endsWith('/') ? '' : readFileSync(join(ROOT, path), 'utf8');
}

describe('the links of the pages', () => {
  it.each(PAGES)('lead to files and headings in %s', (path) => {
    expect(brokenLinks(path, readPage)).toEqual([]);
  });

  it('stay inside the package in the README of the trace kit: its readers have nothing else', () => {
    const page = withoutCode(readPage('runner/trace/README.md') ?? '');

    expect([...page.matchAll(/\]\(\s*(?!#|https:)([^)\s]+)\s*\)/g)].map(([, link]) => link)).toEqual([]);
  });

  it.each(SHIPPED)('stay among the files of the package in %s, screenshots apart', (path) => {
    const links = [...withoutCode(readPage(path) ?? '').matchAll(/\]\(\s*(?!#|[a-z]+:)([^)\s#]+)/g)];
    const files = links.map(([, link = '']) => posix.join(posix.dirname(path), link));

    expect(files.filter((file) => !IN_PACKAGE.test(file))).toEqual([]);
  });

  it.each(['guide', 'reference', 'internals'])('lead from the list of pages to every page of %s', (room) => {
    const list = readPage('docs/README.md') ?? '';
    const pages = PAGES.filter((path) => path.startsWith(`docs/${room}/`)).map((path) => path.slice(5));

    expect(pages.filter((path) => !list.includes(`(${path})`))).toEqual([]);
  });

  it.each([
    { link: 'b.md', is: 'a file' },
    { link: '../README.md#one-two', is: 'a heading' },
    { link: '#the-a-b-key-1', is: 'the second heading of a name on the same page' },
    { link: 'https://example.com/x#y', is: 'an address of the web' },
  ])('accept $is: $link', ({ link }) => {
    const files: Readonly<Record<string, string>> = {
      'docs/a.md': `[x](${link})\n## The \`a.b\` key\n`.replace('a.b', 'a-b').repeat(2),
      'docs/b.md': '',
      'README.md': '# One, two',
    };

    expect(brokenLinks('docs/a.md', (path) => files[path])).toEqual([]);
  });

  it.each(['c.md', 'b.md#two', '#two', '../b.md'])('refuse a link that leads nowhere: %s', (link) => {
    const files: Readonly<Record<string, string>> = {
      'docs/a.md': `[x](${link})\n# One`,
      'docs/b.md': '```\n# Two\n```',
    };

    expect(brokenLinks('docs/a.md', (path) => files[path])).toEqual([link]);
  });
});
