import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LIBRARY = join(import.meta.dirname, '../../runner/library');

/** The exports of `coalmine`, by section. An export in no section is a fault, and so is a name that is not exported. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  Functions: ['run', 'loadCanaries', 'assertPassed'],
  Options: ['RunOptions', 'LoadOptions', 'LoadedCanary'],
  Results: [
    'RunResult',
    'StepResult',
    'Check',
    'Evidence',
    'Quote',
    'Unread',
    'TrailEntry',
    'Verdict',
    'Blame',
    'RunId',
    'SourcePosition',
    'Json',
  ],
  Errors: ['LoadError', 'Diagnostic', 'UsageError'],
  Reporters: ['RunReporter', 'RunStart', 'StepStart', 'StepPoll', 'StepEnd'],
};

/** A declaration in a source. */
interface Declaration {
  /** Its docstring as text; empty without one. */
  readonly doc: string;
  /** Its text, without the bodies of functions. */
  readonly text: string;
}

/**
 * The page of the library, made from its sources.
 * @throws Error if the sections and the exports differ.
 */
export function apiPage(): string {
  const sources = exportsOf(join(LIBRARY, 'index.ts'));
  const listed = Object.values(SECTIONS).flat();
  const odd = [...new Set([...sources.keys(), ...listed])].filter(
    (name) => !(sources.has(name) && listed.includes(name)),
  );
  if (odd.length > 0)
    throw new Error(`${odd.join(', ')}: list each export once, in SECTIONS of ${import.meta.filename}`);
  const sections = Object.entries(SECTIONS).map(
    ([title, names]) =>
      `## ${title}\n\n${names.map((name) => entryOf(name, sources.get(name) as string)).join('\n')}`,
  );
  return [INTRODUCTION, ...sections, matchers()].join('\n');
}

const INTRODUCTION = [
  '# The library',
  '',
  'This page is made from the sources by `npm run generate`. It lists the functions that run a [canary](../glossary.md#canary) from a program, with their',
  'options and results. [In your test suite](../guide/test-suites.md) has examples.',
  '',
  '```ts',
  "import { run } from 'coalmine';",
  '',
  "const results = await run('canaries/orders', { env: 'staging', tags: ['smoke'] });",
  '```',
  '',
  'Every result and event is frozen, and free of secrets. A name that ends in `AtMs` is a moment, in milliseconds since 1970. Any other that ends in `Ms`',
  'is a duration in milliseconds. A [degraded](../glossary.md#degraded) run counts as passed.',
  '',
].join('\n');

/** The source of each name that a module exports. */
function exportsOf(path: string): ReadonlyMap<string, string> {
  const text = readFileSync(path, 'utf8');
  const own = [...text.matchAll(/^export (?:async )?function (\w+)/gm)].map(
    ([, name = '']) => [name, path] as const,
  );
  const others = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .flatMap((name) => (name.trim() === '' ? [] : [[name.trim(), join(dirname(path), from)] as const])),
  );
  return new Map([...own, ...others]);
}

function entryOf(name: string, path: string): string {
  const { doc, text } = declarationOf(name, readFileSync(path, 'utf8'));
  return `### ${name}\n\n${doc === '' ? '' : `${doc}\n\n`}\`\`\`ts\n${text}\n\`\`\`\n`;
}

/** @throws Error if the source has no such declaration */
function declarationOf(name: string, source: string): Declaration {
  const head = new RegExp(
    `^(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?export (?:async )?(interface|type|class|function) ${name}\\b`,
    'm',
  );
  const match = head.exec(source);
  if (match === null) throw new Error(`The library exports ${name}, whose declaration was not found.`);
  const [whole, doc = '', sort = ''] = match;
  const begun = source.slice(match.index + whole.lastIndexOf('export '));
  const [text = ''] = (ENDS[sort] as RegExp).exec(begun) ?? [];
  return { doc: proseOf(doc), text: sort === 'function' ? `${withOptional(text)};` : withoutInternals(text) };
}

/** The end of each sort of declaration, in formatted code. */
const ENDS: Readonly<Record<string, RegExp>> = {
  interface: /^[\s\S]*?\n\}(?=\n)/,
  class: /^[\s\S]*?\n\}(?=\n)/,
  type: /^[\s\S]*?;(?=\n)/,
  function: /^[\s\S]*?\)(?:: [^\n]*?)?(?= \{\n)/,
};

/** A signature as a declaration, whose parameters with a default may be left out. */
function withOptional(text: string): string {
  return withoutInternals(text).replaceAll(/^( +\w+)(: .*) = \S+,$/gm, '$1?$2,');
}

/** A declaration without the parts that no other program uses: constructors and hidden keys. */
function withoutInternals(text: string): string {
  return text
    .replace(/^export (?:async )?/, '')
    .replace(/\n+ {2}\/\*\* `text`[^\n]*\*\/\n {2}constructor\([\s\S]*?\n {2}\}/, '')
    .replace(/\n {2}readonly \[\w+\]: object;/, '')
    .replace(/override readonly name = ('\w+');/, 'readonly name: $1;');
}

/** The text of a docstring, with its \`@throws\` as a list. */
function proseOf(doc: string): string {
  const lines = doc.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  const text = lines.join('\n').trim();
  return text.replace(/\n(?=@throws)/, '\n\n').replaceAll(/^@throws (\w+) /gm, '- throws `$1` ');
}

function matchers(): string {
  const [, doc = ''] =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n\s*toHavePassed\(/.exec(
      readFileSync(join(LIBRARY, 'vitest.ts'), 'utf8'),
    ) ?? [];
  return `## Matchers

\`coalmine/jest\` adds a matcher to \`expect\` of Jest 30 or later, and \`coalmine/vitest\` to that of Vitest 5 or later.

### toHavePassed

${proseOf(doc)}

\`\`\`ts
expect(results).toHavePassed();
\`\`\`
`;
}
