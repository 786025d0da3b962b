import { describe, expect, it } from '@jest/globals';
import { GENERATORS } from '../../runner/core/expression/generators.ts';
import { OPERATORS } from '../../runner/core/matching/operators.ts';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { sampleOf } from '../support/effort.ts';
import { filesOf, GOOD, textsIn } from './support.ts';

const EXAMPLES = Object.fromEntries(
  Object.entries(textsIn('../examples'))
    .filter(([path]) => path.endsWith('.yaml'))
    .map(([path, text]) => [`examples/${path}`, text]),
);
const FILES: Readonly<Record<string, string>> = { ...GOOD, ...EXAMPLES };

/** The words of the language that stand as keys; users' own data keys are not among them. */
const KEYS = new Set([
  ...[
    'canary',
    'description',
    'owner',
    'runbook',
    'tags',
    'only',
    'schedule',
    'every',
    'cron',
    'timezone',
    'jitter',
    'overlap',
    'catchUp',
    'timeout',
  ],
  ...[
    'alert',
    'after',
    'recover',
    'confirm',
    'remind',
    'severity',
    'to',
    'vars',
    'setup',
    'steps',
    'throughout',
    'cleanup',
    'expect',
    'never',
    'gone',
    'use',
    'with',
    'name',
    'response',
  ],
  ...[
    'save',
    'retry',
    'times',
    'wait',
    'correlate',
    'has',
    'where',
    'count',
    'within',
    'for',
    'warnAfter',
    'part',
    'inputs',
    'outputs',
  ],
  ...[
    'project',
    'environments',
    'region',
    'role',
    'correlation',
    'header',
    'field',
    'ttl',
    'taps',
    'bus',
    'topic',
    'ids',
    'pattern',
    'probe',
    'channels',
    'operators',
  ],
  ...[
    'slack',
    'sns',
    'pagerduty',
    'webhook',
    'eventbridge',
    'secret',
    'fallback',
    'secrets',
    'maintenance',
    'canaries',
    'reason',
    'defaults',
    'basic',
    'bearer',
    'apiKey',
    'cognito',
    'userPool',
    'clientId',
    'clientSecret',
    'username',
    'password',
    'flow',
    'aws',
    'service',
    'cert',
  ],
  ...Object.values(KINDS.verbs).flatMap(({ name, input, primaryInput }) => [
    name,
    ...Object.keys(input.properties).filter((key) => key !== primaryInput),
  ]),
  ...Object.values(KINDS.nouns).flatMap(({ input }) => Object.keys(input.properties)),
]);
const WORDS = new Set([...Object.keys(OPERATORS), ...Object.keys(GENERATORS)]);

interface Mutant {
  readonly file: string;
  readonly text: string;
  readonly sort: 'key' | 'operator' | 'noun' | 'name' | 'unit' | 'line';
  readonly word: string;
  readonly slip: string;
}

/** A letter dropped, doubled, or swapped with its neighbour. */
function slipsOf(word: string): readonly string[] {
  const slips = new Set<string>();
  const from = word.startsWith('$') ? 1 : 0;
  for (let at = from; at < word.length; at += 1) {
    slips.add(word.slice(0, at) + word.slice(at + 1));
    slips.add(word.slice(0, at) + word[at] + word.slice(at));
    if (at + 1 < word.length) slips.add(word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2));
  }
  slips.delete(word);
  slips.delete('');
  slips.delete('$');
  return [...slips];
}

/** Lines below these keys hold users' own data. */
const DATA =
  /^\s*(-\s)?(vars|body|detail|headers|query|form|attributes|key|save|has|where|response|with|outputs|pattern|exact|raw|a|environments|channels|item|dimensions|variables|set|add|condition)\b/;

function indentOf(line: string): number {
  return /^[\s-]*/.exec(line)?.[0].length ?? 0;
}

/** True for a line that holds users' own data, because a key above it does. */
function isData(lines: readonly string[], index: number): boolean {
  let indent = indentOf(lines[index] as string);
  for (let above = index - 1; above >= 0; above -= 1) {
    const line = lines[above] as string;
    if (line.trim() === '' || indentOf(line) >= indent) continue;
    if (DATA.test(line)) return true;
    indent = indentOf(line);
  }
  return false;
}

const REQUIRED =
  /^\s*(-\s)?(canary|owner|steps|within|table|timezone|part|project|use|times|wait|reason|cron|expect|never|gone|http|graphql|putEvent|putEvents|publish|putRecord|sendMessage|sendMessages|invoke|startExecution|sendTask\w+|token(?!: (?:access|id)$)|putObject|deleteObject|putItem|updateItem|deleteItem|logGroup|namespace|metricName|cert):/;

function mutantsOf(file: string): readonly Mutant[] {
  const text = FILES[file] as string;
  const lines = text.split('\n');
  const withLine = (index: number, line: string | undefined): string =>
    [...lines.slice(0, index), ...(line === undefined ? [] : [line]), ...lines.slice(index + 1)].join('\n');
  return lines.flatMap((line, index): Mutant[] => {
    const found: Mutant[] = [];
    const data = isData(lines, index);
    for (const { 0: whole, 1: word = '', index: at } of line.matchAll(
      /(?<=^\s*(?:- )?|[{,]\s*)([$A-Za-z]+)(?=:(\s|$))/g,
    )) {
      const isWord = WORDS.has(word);
      if (!isWord && (data || !KEYS.has(word))) continue;
      for (const slip of slipsOf(word)) {
        if (KEYS.has(slip)) continue; // putEvents and putEvent are both words
        found.push({
          file,
          sort: isWord ? 'operator' : 'key',
          word,
          slip,
          text: withLine(index, line.slice(0, at) + slip + line.slice(at + whole.length)),
        });
      }
    }
    const noun = /^(\s*(?:- )?(?:expect|never|gone): )(\w+)$/.exec(line);
    for (const slip of slipsOf(noun?.[2] ?? ''))
      found.push({
        file,
        sort: 'noun',
        word: noun?.[2] ?? '',
        slip,
        text: withLine(index, `${noun?.[1]}${slip}`),
      });
    for (const { 1: name = '', index: at } of line.matchAll(/(?<!\$)\$\{([A-Za-z][\w.]*)\}/g)) {
      for (const slip of slipsOf(name))
        found.push({
          file,
          sort: 'name',
          word: name,
          slip,
          text: withLine(index, `${line.slice(0, at)}\${${slip}}${line.slice(at + name.length + 3)}`),
        });
    }
    for (const { 0: whole, 1: key = '', 2: amount = '', index: at } of line.matchAll(
      /(\w+|\$\w+): (\d+)(?:ms|s|m|h|d)(?=$|[ ,}])/g,
    )) {
      found.push({
        file,
        sort: 'unit',
        word: key,
        slip: amount,
        text: withLine(index, `${line.slice(0, at)}${key}: ${amount}${line.slice(at + whole.length)}`),
      });
    }
    if (
      !data &&
      REQUIRED.test(line) &&
      !(file.endsWith('config.yaml') && /bus:/.test(line) && !/^\s*- /.test(line))
    ) {
      found.push({
        file,
        sort: 'line',
        word: line.trim(),
        slip: '(deleted)',
        text: withLine(index, undefined),
      });
    }
    return found;
  });
}

function diagnosticsOf(texts: Readonly<Record<string, string>>) {
  return load(filesOf(texts), KINDS).diagnostics;
}

/** The files of one project without the canaries that a change of this one cannot touch. */
function withOnly(file: string): Readonly<Record<string, string>> {
  const whole = file.startsWith('examples/') ? EXAMPLES : GOOD;
  return Object.fromEntries(
    Object.entries(whole).filter(
      ([path]) => !path.endsWith('.canary.yaml') || !file.endsWith('.canary.yaml') || path === file,
    ),
  );
}

const MUTANTS = Object.keys(FILES).flatMap(mutantsOf);

describe('the loader, against single slips in the words of the language', () => {
  it('has nothing against the files unmutated', () => {
    expect(diagnosticsOf(FILES)).toEqual([]);
  });

  it('sees every word that there is so far', () => {
    const text = Object.values(FILES).join('\n');
    const unused = [...KEYS, ...WORDS].filter(
      (word) => !new RegExp(`(^|[\\s{,-])${word.replace('$', '\\$')}:`).test(text),
    );

    expect(unused).toEqual([]);
  });

  it('refuses every one of a sample, at full effort of more than 4,000, reports each once, and names the right word for keys and operators', () => {
    const survived: string[] = [];
    const unnamed: string[] = [];
    const echoed: string[] = [];
    for (const { file, text, sort, word, slip } of sampleOf(MUTANTS, 25)) {
      const errors = diagnosticsOf({ ...withOnly(file), [file]: text }).filter(
        ({ severity }) => severity === 'error',
      );
      if (errors.length === 0) survived.push(`${file}: ${sort} ${word} → ${slip}`);
      if (errors.length > 1 && sort !== 'line')
        echoed.push(
          `${file}: ${sort} ${word} → ${slip}: ${errors.map(({ message }) => message).join(' | ')}`,
        );
      // A slip of a plural is as near to its singular: both are verbs.
      const near = KEYS.has(word.replace(/s$/, '')) ? word.replace(/s$/, '') : word;
      const named = errors.some(({ hint, message }) => hint.includes(near) || message.includes(`'${word}'`));
      if ((sort === 'key' || sort === 'operator') && errors.length > 0 && !named)
        unnamed.push(`${file}: ${word} → ${slip}: ${errors.map(({ hint }) => hint).join(' | ')}`);
    }

    expect(survived).toEqual([]);
    expect(unnamed).toEqual([]);
    expect(echoed).toEqual([]);
    expect(MUTANTS.length).toBeGreaterThan(4_000);
  });
});
