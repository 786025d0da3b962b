import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { junitReporter } from '../../reporters/files/junit.ts';
import { visibleLines } from '../../runner/core/base/format.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { ANY_CHARACTER } from '../support/characters.ts';
import { sampleSize } from '../support/effort.ts';
import { expectGolden } from '../support/golden.ts';
import { resultOf, stepResultOf } from '../support/run/builders.ts';
import { RUNS } from './real-runs.ts';
import { type Element, wellFormed } from './well-formed.ts';

const GOLDEN = join(import.meta.dirname, 'golden/junit');

/** The report as the bytes of its file would be read again. */
function reported(results: readonly RunResult[]): string {
  const parts: string[] = [];
  const reporter = junitReporter({ write: (text) => void parts.push(text) });
  for (const result of results) void reporter.onRunEnd?.(result);
  void reporter.onEnd?.();
  return Buffer.from(parts.join('')).toString();
}

const names = Object.keys(RUNS);
const ran = async (name: string): Promise<RunResult> => (RUNS[name] as () => Promise<RunResult>)();
const of = (element: Element, name: string): readonly Element[] =>
  element.children.filter((child) => child.name === name);

describe('the report for CI systems', () => {
  it.each(names)('reads as it was reviewed: %s', async (name) => {
    const xml = reported([await ran(name)]);

    expectGolden(join(GOLDEN, `${name.replaceAll(/,? /g, '-')}.xml`), xml);
    expect(wellFormed(xml).name).toBe('testsuites');
  });

  it.each(names)('counts what it lists: %s', async (name) => {
    const all = wellFormed(reported([await ran(name), await ran(name)]));
    const suites = of(all, 'testsuite');
    const cases = of(suites[0] as Element, 'testcase');
    const listed = (what: string): number => cases.filter((one) => of(one, what).length > 0).length;
    const counts = (times: number): Readonly<Record<string, string>> => ({
      tests: String(times * cases.length),
      failures: String(times * listed('failure')),
      errors: String(times * listed('error')),
      skipped: String(times * listed('skipped')),
    });

    expect(suites.map(({ attributes }) => attributes)).toEqual(
      Array(2).fill(expect.objectContaining(counts(1))),
    );
    expect(all.attributes).toMatchObject(counts(2));
  });

  it('holds one suite for each canary, and none for none', async () => {
    const results = await Promise.all(['passed', 'skipped'].map(ran));

    expect(wellFormed(reported(results)).children).toHaveLength(2);
    expect(wellFormed(reported([])).children).toEqual([]);
  });

  it('gives each case of a suite a name of its own', async () => {
    const steps = ['Placed', 'Stored', 'Placed'].map((name) => stepResultOf({ name }));

    const text = reported([resultOf({ canary: 'orders', steps })]);

    expect([...text.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name)).toEqual([
      'Placed',
      'Stored',
      'Placed (2)',
    ]);
  });

  it('is well-formed, and says the same, whatever the texts in it are', async () => {
    const results = await Promise.all(
      ['failed, with differences', 'degraded', 'skipped', 'interrupted', 'error, a fault of ours'].map(ran),
    );
    const parts = [
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      '<![CDATA[',
      '&amp;',
      '\u0000',
      '\u000b',
      '\uffff',
      '\ud800',
      '-->',
      'x',
      '注',
    ];
    const hostile = fc.oneof(
      fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }).map((some) => some.join('')),
      fc.string({ unit: ANY_CHARACTER, minLength: 1 }),
    );

    fc.assert(
      fc.property(hostile, fc.constantFrom(...results), (text, result) => {
        const everywhere = JSON.parse(JSON.stringify(result), (key, value: unknown) =>
          typeof value === 'string' && value !== '' && !['verdict', 'mode', 'operator'].includes(key)
            ? text
            : value,
        ) as RunResult;

        const root = wellFormed(reported([everywhere]));

        const [suite] = of(root, 'testsuite') as [Element];
        const shown = visibleLines(text.replaceAll('\u001b', '\ufffd')).replace(/[\ufffe\uffff]/g, '\ufffd');
        expect(suite.attributes['name']).toBe(shown);
      }),
      { numRuns: sampleSize({ small: 40, full: 200 }) },
    );
  });
});

describe('the check of XML', () => {
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';

  it('reads what is well-formed', () => {
    expect(wellFormed(`${prolog}<a b="1 &lt;" c=""><d/>x &amp; y<e>\n</e></a>\n`)).toEqual({
      name: 'a',
      attributes: { b: '1 <', c: '' },
      text: 'x & y',
      children: [
        { name: 'd', attributes: {}, text: '', children: [] },
        { name: 'e', attributes: {}, text: '\n', children: [] },
      ],
    });
  });

  it.each([
    ...[
      '<a>',
      '</a>',
      '<a></b>',
      '<a/><b/>',
      '',
      'x',
      '<a/>x',
      '<a>&</a>',
      '<a>&x;</a>',
      '<a>& amp;</a>',
      '<a>]]></a>',
    ],
    ...[
      '<a b=1/>',
      '<a b="1" b="2"/>',
      '<a b="<"/>',
      '<a b="&"/>',
      '<a b/>',
      '<1/>',
      '<a 1="x"/>',
      '<a>\u0000</a>',
    ],
    ...['<a b="x"c="y"/>', '<a><</a>', '<a b="1>', '<a>\ud800</a>', '<a>\uffff</a>', '<a b="\u000b"/>'],
  ])('bites: %j', (xml) => {
    expect(() => wellFormed(prolog + xml)).toThrow();
  });

  it('bites: no prolog', () => {
    expect(() => wellFormed('<a/>')).toThrow('no prolog');
  });
});
