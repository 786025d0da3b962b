import { describe, expect, it } from '@jest/globals';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf, loadText } from './support.ts';

const HEAD = 'canary: a\nowner: b\n';
const GET = '  - http: GET https://x\n';
const PART =
  'part: p\ninputs: [a]\nsteps:\n  - http: POST https://x/${a}\n    save: { id: response.body.id }\noutputs: { made: id }\n';
const USE = '  - use: ./p.part.yaml\n    with: { a: 1 }\n';

function messagesOf(text: string, more: Readonly<Record<string, string>> = {}): readonly string[] {
  return loadText(text, more).diagnostics.map(({ message }) => message);
}

describe('words that every JavaScript object knows', () => {
  it.each(['toString', 'valueOf', 'constructor', 'hasOwnProperty', '__proto__'])(
    'are refused: %s',
    (word) => {
      expect(messagesOf(`${HEAD}steps:\n${GET}    ${word}: 1\n`)).toHaveLength(1);
      expect(messagesOf(`${HEAD}steps:\n${GET}  - expect: ${word}\n    within: 1s\n`)).toHaveLength(1);
    },
  );
});

describe('files that would keep the loader busy', () => {
  it('takes checks that need each other in many ways', () => {
    const mentions = (count: number): string => Array.from({ length: count }, (_, n) => `\${q${n}}`).join('');
    const checks = Array.from(
      { length: 40 },
      (_, n) =>
        `  - expect: item\n    table: tab\n    key: { id: "x${mentions(n)}" }\n    within: 1s\n    save: { q${n}: item.a }\n`,
    );

    expect(messagesOf(`${HEAD}steps:\n${GET}${checks.join('')}`)).toEqual([]);
  });

  it('counts the steps of all parts together, and opens no more of them after that', () => {
    const many = (line: string): string => line.repeat(200);
    const text = `${HEAD}steps:\n${many('  - use: ./p.part.yaml\n')}`;
    const parts = {
      'p.part.yaml': `part: p\nsteps:\n${many('  - use: ./q.part.yaml\n')}`,
      'q.part.yaml': `part: q\nsteps:\n${many(GET)}`,
    };

    expect(messagesOf(text, parts)).toContain('more than 200 steps');
  });
});

describe('names of parts', () => {
  it('are apart for a part that steps and cleanup both use first', () => {
    const part = { 'p.part.yaml': 'part: p\ninputs: [a]\nsteps:\n  - http: POST https://x/${a}\n' };
    const text = `${HEAD}steps:\n${USE}cleanup:\n${USE.replace('1', '2')}`;

    const [loaded] = loadText(text, part).canaries;

    expect(Object.values(loaded?.canary.vars ?? {})).toEqual([1, 2]);
  });

  const twice = (name: string): string =>
    `the part's '${name}' has a value already, and a name has one meaning`;
  it.each([
    { title: 'given back twice', text: `steps:\n${USE}${USE}`, part: PART, says: twice('made') },
    {
      title: 'given back over a var',
      text: `vars: { made: 1 }\nsteps:\n${USE}`,
      part: PART,
      says: twice('made'),
    },
    {
      title: 'taken in twice',
      text: `steps:\n${USE}`,
      part: PART.replace('[a]', '[a, a]'),
      says: twice('a'),
    },
    { title: 'built in', text: `steps:\n${USE}`, part: PART.replace('made:', 'run:'), says: twice('run') },
    {
      title: 'no name at all',
      text: `steps:\n${USE}`,
      part: PART.replace('made:', 'made-it:'),
      says: "'made-it' cannot be a name",
    },
  ])('are refused where they are $title', ({ text, part, says }) => {
    expect(messagesOf(`${HEAD}${text}`, { 'p.part.yaml': part })).toEqual([says]);
  });

  it.each([
    { title: 'takes in', part: PART.replace('[a]', '[a, site]'), use: USE.replace('a: 1', 'a: 1, site: 2') },
    { title: 'saves', part: PART.replace('{ id:', '{ site:').replace('made: id', 'made: site'), use: USE },
  ])('are refused where a part $title what the environment has', ({ part, use }) => {
    const project = 'project: p\nenvironments:\n  prod: { vars: { site: https://x } }\n';
    const { diagnostics } = load(
      filesOf({
        'coalmine.config.yaml': project,
        'a.canary.yaml': `${HEAD}steps:\n${use}`,
        'p.part.yaml': part,
      }),
      KINDS,
    );

    expect(diagnostics.map(({ message }) => message)).toContain(twice('site'));
  });
});

describe('rules at the edges', () => {
  it.each([
    { title: 'only names nothing', text: `only: []\nsteps:\n${GET}`, says: "'only' names no environment" },
    {
      title: 'a step uses what cleanup saves',
      text: `steps:\n  - http: GET https://x/\${z}\ncleanup:\n${GET}    save: { z: response.body.z }\n`,
      says: '${z} is not saved yet here',
    },
    {
      title: 'a key has an anchor',
      text: 'steps:\n  - &k http: GET https://x\n',
      says: "anchors and aliases are not used here: '&k'",
    },
  ])('refuse a canary where $title', ({ text, says }) => {
    expect(messagesOf(`${HEAD}${text}`)).toEqual([says]);
  });

  it('refuse a default channel that is not there', () => {
    const project =
      'project: p\nchannels:\n  c: { slack: https://hooks.example.com/x }\ndefaults: { alert: { to: [d] } }\n';
    const files = filesOf({ 'coalmine.config.yaml': project, 'a.canary.yaml': `${HEAD}steps:\n${GET}` });

    expect(load(files, KINDS).diagnostics.map(({ message }) => message)).toEqual(["there is no channel 'd'"]);
  });
});

describe('a warning of what is rarely meant', () => {
  const messagesFor = (has: string): readonly string[] =>
    messagesOf(
      `${HEAD}vars: { brace: "{" }\nsteps:\n  - http: POST https://x.example.com/\n    body: { a: "\${brace}{id}}" }\n` +
        `  - expect: item\n    table: orders\n    key: { id: a }\n    has: ${has}\n    within: 5s\n`,
    );

  it.each([
    { has: '{ a: { atLeast: 1 } }', meant: '{ a: { $exactly: { atLeast: 1 } } }' },
    { has: '{ a: ">= 1" }', meant: '{ a: { $oneOf: [">= 1"] } }' },
    { has: '{ a: "/^ord_/" }', meant: '{ a: { $oneOf: ["/^ord_/"] } }' },
    { has: '{ a: "{{id}}" }', meant: '{ a: "${brace}{id}}" }' },
  ])('ends where $has is written as $meant', ({ has, meant }) => {
    expect(messagesFor(has)).toHaveLength(1);
    expect(messagesFor(meant)).toEqual([]);
  });
});

describe('a name in capitals without a var', () => {
  const CANARY = 'canary: a\nowner: b\nsteps:\n  - http: GET https://x.example/${API_KEY}\n';
  const hintWith = (more: string) =>
    loadText(CANARY, { 'coalmine.config.yaml': `project: p\n${more}` }).diagnostics.map(({ hint }) => hint);
  const WRITE = 'write ${env:API_KEY} for an environment variable, or define it under vars';

  it.each([
    { more: '', hint: WRITE },
    { more: 'env: [API_KEY]\n', hint: WRITE },
    {
      more: 'env: []\n',
      hint: `${WRITE}; add API_KEY to env: in coalmine.config.yaml, or to secrets: if it is one`,
    },
  ])('is answered by a variable, and by its list if it lacks there: $more', ({ more, hint }) => {
    expect(hintWith(more)).toEqual([hint]);
  });
});
