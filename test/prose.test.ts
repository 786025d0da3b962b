import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { longSentences } from './support/sentences.ts';

const ROOT = join(import.meta.dirname, '..');

/** A sentence that begins with one of these names no actor. */
const QUESTION = /^(What|Who|Whoever|Whose|Whether|How|All that)\b/;

/** Words of no standard, by the pattern that finds them, each with its replacement. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\b(tell|tells|telling|told|untold)\b/i, 'notify, say, report, distinguish'],
  [/\bheed(s|ed|less)?\b/i, 'observe'],
  [/\bvouch\w*/i, 'assert, cover, complete'],
  [/\bwho(m|se)?(so)?ever\b/i, 'the process, the reader, the user'],
  [/\b(nobody|somebody|anybody|someone|anyone)\b/i, 'the process, the reader, the user'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bbeside\b/i, 'next to'],
  [/\b(is|are|was|were|be|been|being|stays?) away\b/i, 'unavailable'],
  [/\bwitness(es|ed)?\b/i, 'tap reader'],
  [/\b(hear|hears|heard|hearing)\b/i, 'receive, read'],
  [/\bblind(ly|ness)?\b/i, 'no data'],
  [/\b(true|false) where\b/i, 'if'],
  [/\b(thrice|lest|whence|amiss)\b/i, 'three times, so that not, from which, wrong'],
];

interface Prose {
  readonly kind: 'docstring' | 'comment' | 'message' | 'title' | 'page';
  readonly line: number;
  readonly text: string;
}

/** Comments, strings, beginnings of templates, regular expressions and braces; the expressions so that a quote inside one opens no string. */
const TOKEN =
  /\/\*\*(?<doc>[\s\S]*?)\*\/|\/\*[\s\S]*?\*\/|\/\/ ?(?<note>.*)|'(?<single>(?:[^'\\\n]|\\.)*)'|"(?<double>(?:[^"\\\n]|\\.)*)"|`|[{}]|(?<=[(,=:[!&|?{};]\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//g;

/** A comment or literal in code. */
interface Literal {
  readonly index: number;
  readonly end: number;
  readonly doc?: string | undefined;
  readonly note?: string | undefined;
  /** The text of a string or template. */
  readonly message?: string | undefined;
}

interface Scanned {
  readonly literals: readonly Literal[];
  readonly end: number;
}

/** The comments and literals from an index on, those inside templates included; of the code in a template until its brace ends. */
function literalsFrom(source: string, start: number, isInTemplate = false): Scanned {
  const token = new RegExp(TOKEN);
  token.lastIndex = start;
  const literals: Literal[] = [];
  let depth = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const { 0: text, index, groups = {} } = match;
    if (text === '}' && depth === 0 && isInTemplate) return { literals, end: token.lastIndex };
    if (text === '{') depth += 1;
    else if (text === '}') depth -= 1;
    else if (text === '`') {
      const template = templateFrom(source, index);
      literals.push(...template.literals);
      token.lastIndex = template.end;
    } else {
      const { doc, note, single, double } = groups;
      literals.push({ index, end: token.lastIndex, doc, note, message: single ?? double });
    }
  }
  return { literals, end: source.length };
}

/** A template, with an ellipsis for each expression, and the literals inside its expressions. */
function templateFrom(source: string, index: number): Scanned {
  const inside: Literal[] = [];
  let message = '';
  let at = index + 1;
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      const code = literalsFrom(source, at + 2, true);
      inside.push(...code.literals);
      message += '…';
      at = code.end;
    } else {
      const length = source[at] === '\\' ? 2 : 1;
      message += source.slice(at, at + length);
      at += length;
    }
  }
  return { literals: [{ index, end: at + 1, message }, ...inside], end: at + 1 };
}

/** The function of a test or of a group of tests, after its title. */
const TITLED = /^,\s*(?:async )?(?:\(|\w+ =>)/;

/** Docstrings, comments and messages of a TypeScript file. A message is a literal of several words; of those of tests only titles count. */
function proseOfCode(source: string, isTest: boolean): readonly Prose[] {
  return literalsFrom(source, 0).literals.flatMap(({ index, end, doc, note, message }) => {
    const isTitle = isTest && TITLED.test(source.slice(end));
    const text = doc?.replaceAll(/\n\s*\* ?/g, '\n') ?? note ?? (isTest && !isTitle ? undefined : message);
    const literalKind = isTitle ? 'title' : 'message';
    const kind = doc === undefined ? (note === undefined ? literalKind : 'comment') : 'docstring';
    if (text === undefined || (kind === literalKind && !/\S\s+\S/.test(text))) return [];
    const indent = text.length - text.trimStart().length;
    const line = lineOf(source, index) + lineOf(text, indent) - 1;
    return [{ kind, line, text: text.trim() } as const];
  });
}

/** Headings and paragraphs of a Markdown file, without code. */
function proseOfPage(source: string): readonly Prose[] {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  const page = source.replaceAll(/^ *```[\s\S]*?^ *```/gm, blank).replaceAll(/`[^`\n]*`/g, blank);
  return page
    .split('\n')
    .flatMap((text, index) => (text.trim() === '' ? [] : [{ kind: 'page', line: index + 1, text } as const]));
}

function lineOf(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}

function offencesOf(path: string, source: string): readonly string[] {
  const isPage = path.endsWith('.md');
  const all = isPage ? proseOfPage(source) : proseOfCode(source, path.startsWith('test/'));
  return all.flatMap(({ kind, line, text }) => {
    const at = `${path}:${line}: ${kind}`;
    const [, heading] = /^#+ +(.*)/.exec(text) ?? [];
    const opening = isPage ? (heading ?? '') : text;
    return [
      ...(QUESTION.test(opening) ? [`${at} begins with a question word: ${opening.slice(0, 60)}`] : []),
      ...(heading?.endsWith('?') === true ? [`${at} is a question: ${heading}`] : []),
      ...BANNED.flatMap(([word, better]) => {
        const [found] = word.exec(text) ?? [];
        return found === undefined ? [] : [`${at} says "${found}"; say: ${better}`];
      }),
    ];
  });
}

/** Every file but this file, which names the words that it bans. */
const PATHS = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((path) => path !== 'test/prose.test.ts');

function roomOf(path: string): string {
  return path.endsWith('.md') ? path : path.split('/').slice(0, -1).slice(0, 3).join('/');
}

/** The text of a file; of a decision only its headings, since a decision keeps its words. */
function sourceOf(path: string): string {
  const source = readFileSync(join(ROOT, path), 'utf8');
  return path.startsWith('docs/decisions/') ? source.replaceAll(/^[^#].*$/gm, '') : source;
}

describe('the prose of docs, messages and docstrings', () => {
  const byRoom = Map.groupBy(PATHS, roomOf);

  it.each([...byRoom.keys()].toSorted())('is plain in %s', (room) => {
    const offences = (byRoom.get(room) ?? []).flatMap((path) => offencesOf(path, sourceOf(path)));

    expect(offences).toEqual([]);
  });
});

/** Sentences of more than 25 words. A page is one text; of code each docstring, comment and line of a message is one. */
function longSentencesOf(path: string, source: string): readonly string[] {
  const texts: readonly Prose[] = path.endsWith('.md')
    ? [{ kind: 'page', line: 1, text: source }]
    : proseOfCode(source, path.startsWith('test/'));
  return texts.flatMap(({ kind, line, text }) =>
    longSentences(kind === 'message' ? text.replaceAll(/\\n|\n/g, '\n\n') : text).map(
      (long) => `${path}:${line + (kind === 'message' ? 0 : long.line - 1)}: ${long.text.slice(0, 90)}`,
    ),
  );
}

describe('the sentences of docs, messages and docstrings', () => {
  // Changes of before and decisions keep their words.
  const byRoom = Map.groupBy(
    PATHS.filter((path) => path !== 'CHANGELOG.md' && !path.startsWith('docs/decisions/')),
    roomOf,
  );

  it.each([...byRoom.keys()].toSorted())('have 25 words at most in %s', (room) => {
    const long = (byRoom.get(room) ?? []).flatMap((path) => longSentencesOf(path, sourceOf(path)));

    expect(long).toEqual([]);
  });
});

/** The links of a page to words that the glossary lacks. */
function unknownWords(page: string, glossary: string): readonly string[] {
  const words = [...glossary.matchAll(/^### (.+)$/gm)].map(([, word = '']) => word.replaceAll(' ', '-'));
  const links = [...page.matchAll(/glossary\.md#([\w-]+)/g)].map(([, anchor = '']) => anchor);
  return links.filter((anchor) => !words.includes(anchor));
}

/** Words of the glossary with a meaning that a reader cannot guess: a page links them at their first use. */
const LINKED =
  'canary, verb, noun, tap, tap reader, probe, journal, watched queue, slot, tick, lease, watermark, fleet, heartbeat, incident, no data, observer, degraded, standstill, time to effect, cleanup, sweep, outbox, fallback, operators'.split(
    ', ',
  );

/** The words that a page uses before it links them, or never links. Headings, code and the texts of other links are no use. */
function unlinkedWords(page: string): readonly string[] {
  const plain = page
    .replaceAll(/^ *```[\s\S]*?^ *```|<!--[\s\S]*?-->|^#.*$|`[^`\n]*`/gm, ' ')
    .replaceAll(/\[[^\]]*\]\([^)]*glossary\.md#([\w-]+)\)/g, '⟦$1⟧')
    .replaceAll(/\[[^\]]*\]\([^)]*\)/g, ' ');
  return LINKED.filter((word) => {
    const forms = word === 'canary' ? 'canary|canaries' : `${word.replaceAll(' ', '\\s')}s?`;
    const use = new RegExp(
      `(?<![\\w⟦-])(?:${forms})(?![\\w⟧-])${word === 'tap' ? '(?!\\sreader)' : ''}`,
      'i',
    );
    const [before = ''] = plain.split(`⟦${word.replaceAll(' ', '-')}⟧`);
    return use.test(before);
  });
}

describe('the glossary', () => {
  const glossary = sourceOf('docs/glossary.md');
  const pages = PATHS.filter((path) => path.endsWith('.md'));

  it.each(pages)('has every word that %s links', (path) => {
    expect(unknownWords(sourceOf(path), glossary)).toEqual([]);
  });

  // Pages that are made from code are read by looking things up. The README of the trace kit is alone in its package.
  const MADE =
    /CHANGELOG|trace\/README|decisions|glossary|reference\/(kinds|blame|operators|commands|canary-file|project-file|limits)\.md|guide\/troubleshooting/;
  const READ = pages.filter((path) => !MADE.test(path));

  it.each(READ)('is linked at the first use of each word in %s', (path) => {
    expect(unlinkedWords(sourceOf(path))).toEqual([]);
  });

  it('misses the link of a word that is used before, or not linked at all', () => {
    expect(unlinkedWords('## Taps\n\n`tap` [a tap](x.md) [tap](glossary.md#tap), taps')).toEqual([]);
    expect(unlinkedWords('Taps: a [tap](glossary.md#tap)')).toEqual(['tap']);
    expect(
      unlinkedWords('Two canaries have no\ndata of a [tap reader](../docs/glossary.md#tap-reader).'),
    ).toEqual(['canary', 'no data']);
  });

  it('has one sentence for each word, and each word once', () => {
    const entries = glossary.split(/^### /m).slice(1);
    const words = entries.map((entry) => entry.split('\n')[0]);

    for (const entry of entries) expect(entry).toMatch(/^[a-z ]+\n[A-Z][^\n]*\.\n(\n|$)/);
    expect(new Set(words).size).toBe(words.length);
  });

  it('lacks a word that is linked and not in it', () => {
    expect(unknownWords('[taps](glossary.md#tap), [x](glossary.md#hop)', '### tap\nA rule.\n')).toEqual([
      'hop',
    ]);
  });
});

describe('the check of sentences', () => {
  const words = (count: number): string =>
    Array.from({ length: count }, (_, index) => (index === 0 ? 'One' : `w${index}`)).join(' ');

  it.each([
    { path: 'a.md', source: `# A page\n\nShort.\n${words(10)}\n${words(16)}.`, line: 4 },
    { path: 'a.md', source: `- Short.\n- ${words(26)}: over.`, line: 2 },
    { path: 'a.md', source: `| a | b |\n|---|---|\n| c | ${words(26)} |`, line: 3 },
    { path: 'a.md', source: `${words(13)}; ${words(13)}`, line: 1 },
    { path: 'a.md', source: `${words(24)} \`a b\` [one](x.md)`, line: 1 },
    { path: 'a.ts', source: `/** ${words(26)} */`, line: 1 },
    { path: 'a.ts', source: `\n/**\n * Short.\n * ${words(26)}.\n */`, line: 4 },
    { path: 'a.ts', source: `run(); // ${words(26)}`, line: 1 },
    { path: 'a.ts', source: `fail(\`\${name} ${words(25)}.\`);`, line: 1 },
  ])('refuses $source', ({ path, source, line }) => {
    expect(longSentencesOf(path, source)).toEqual([expect.stringMatching(`^${path}:${line}: `)]);
  });

  it.each([
    { path: 'a.md', source: `${words(25)}. A${words(24)}.` },
    { path: 'a.md', source: `${words(20)} \`${words(9)}\` [one](x.md) → · ✓` },
    { path: 'a.md', source: `| ${words(13)}; ${words(13)} | ${words(13)} |` },
    { path: 'a.md', source: `\`\`\`\n${words(30)}\n\`\`\`\n<!-- ${words(30)} -->` },
    { path: 'a.md', source: `${words(20)}\n\n${words(20)}\n- ${words(20)}\n- ${words(20)}` },
    { path: 'a.md', source: `[${words(13)}](x.md) · [${words(13)}](x.md)` },
    { path: 'a.ts', source: `/** ${words(25)}\n * @throws ${words(20)} */` },
    { path: 'a.ts', source: `help(\`${words(20)}\n${words(20)}\`); say('${words(20)}\\n${words(20)}');` },
  ])('accepts $source', ({ path, source }) => {
    expect(longSentencesOf(path, source)).toEqual([]);
  });
});

describe('the check of prose', () => {
  it.each([
    { path: 'a.ts', source: '/** What a reader reads. */', says: 'question word' },
    { path: 'a.ts', source: '/**\n * Whether it is over.\n */', says: 'question word' },
    { path: 'a.ts', source: "throw new Error('Who reads it is not known.');", says: 'question word' },
    { path: 'a.ts', source: 'const text = `How late ${name} is`;', says: 'question word' },
    { path: 'a.ts', source: '/** All that is kept. */', says: 'question word' },
    {
      path: 'a.md',
      source: '# A page\n\n## What it makes',
      says: 'a.md:3: page begins with a question word',
    },
    { path: 'a.md', source: '## Is it fast?', says: 'a question' },
    { path: 'a.md', source: 'The channel is told of it.', says: '"told"' },
    { path: 'a.ts', source: '/** Tells the channel. */', says: '"Tells"' },
    { path: 'a.ts', source: "const text = 'Look at it and mend it.';", says: '"mend"' },
    { path: 'a.ts', source: "const text = `One: ${is ? 'it is heard' : ''}.`;", says: '"heard"' },
    { path: 'a.ts', source: 'const text = `One: ${is({ a }) ? `it is heard ${b}` : c}.`;', says: '"heard"' },
    { path: 'a.ts', source: 'const text = `One: ${is} is heard.`;', says: '"heard"' },
    { path: 'a.ts', source: '/** Heeds the limit. */', says: '"Heeds"' },
    { path: 'a.ts', source: '/** Returns if it can vouch for all. */', says: '"vouch"' },
    { path: 'a.ts', source: 'run(); // whoever reads it now', says: '"whoever"' },
    { path: 'a.ts', source: '/** Read by nobody. */', says: '"nobody"' },
    { path: 'a.ts', source: '/** The file beside it. */', says: '"beside"' },
    { path: 'a.md', source: 'If the service is away, the check is an `error`.', says: '"is away"' },
    { path: 'a.md', source: 'The witness writes it.', says: '"witness"' },
    { path: 'a.md', source: 'An event is heard within a second.', says: '"heard"' },
    { path: 'a.md', source: 'The check was blind.', says: '"blind"' },
    { path: 'a.ts', source: '/** True where it may be read. */', says: '"True where"' },
    { path: 'a.ts', source: '/** Tried thrice. */', says: '"thrice"' },
    { path: 'a.ts', source: "const is = /['`]/; /** What it is. */", says: 'question word' },
    { path: 'test/a.test.ts', source: "it('is heard', async () => {});", says: 'title says "heard"' },
    { path: 'test/a.test.ts', source: "it.each([1])('stays away: %s', (one) => {});", says: '"stays away"' },
  ])('refuses $source', ({ path, source, says }) => {
    expect(offencesOf(path, source)).toEqual([expect.stringContaining(says)]);
  });

  it.each([
    { path: 'a.ts', source: '/** Claims a free slot; idempotent for the same owner. */' },
    { path: 'a.ts', source: "const word = 'told';" },
    { path: 'a.ts', source: 'const text = `One: ${told(beside)} \\` and ${/[`}]/.test(heard)}.`;' },
    { path: 'a.ts', source: 'const one = told(beside, witness);' },
    { path: 'test/a.test.ts', source: "expect(answer).toBe('nobody is told');" },
    { path: 'test/a.test.ts', source: "it('takes what a server says', async () => {});" },
    { path: 'a.md', source: 'The key `told` of a file.\n\n```yaml\ntold: beside\n```\nRun it right away.' },
  ])('accepts $source', ({ path, source }) => {
    expect(offencesOf(path, source)).toEqual([]);
  });
});
