import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../runner/core/base/json.ts';
import type { Step } from '../../runner/core/model/canary.ts';
import { checkNames } from '../../runner/load/canary/check-names.ts';
import { measureVars } from '../../runner/load/values/check-vars.ts';
import { groupsOf } from '../../runner/load/values/cycles.ts';
import { Report } from '../../runner/load/yaml/diagnostics.ts';
import { LONGEST_CHAIN, MOST_FILLED } from '../../runner/load/yaml/limits.ts';
import { actStep, expectStep } from '../support/run/builders.ts';
import { loadText } from './support.ts';

/** Vars that count the reads of one of them. */
function counted(vars: JsonMap): { readonly vars: JsonMap; looks(): number } {
  let looks = 0;
  const get = (of: JsonMap, name: string): unknown => {
    looks += 1;
    return of[name];
  };
  return { vars: new Proxy(vars, { get: get as never }), looks: () => looks };
}

/** Each stands for the next, twice. */
function doubling(count: number): JsonMap {
  const entries = Array.from({ length: count }, (_, n) => [
    `a${n}`,
    n === 0 ? 'x' : `\${a${n - 1}}\${a${n - 1}}`,
  ]);
  return Object.fromEntries(entries) as JsonMap;
}

function checked(vars: JsonMap, steps: readonly Step[]): Report {
  const report = new Report({ path: 'a.canary.yaml', text: 'x' });
  const at = { start: 0, end: 1 };
  checkNames({
    canary: { steps, cleanup: [], vars },
    environments: [{ name: 'prod', vars: {} }],
    listed: { secrets: [] },
    root: { sort: 'map', at, entries: [{ key: 'vars', keyAt: at, value: { sort: 'map', at, entries: [] } }] },
    report,
    origins: new Map(),
    varOrigins: new Map(
      Object.keys(vars).map((name) => [name, { tree: { sort: 'map', at, entries: [] }, report }]),
    ),
    suppressed: { names: new Set(), scopes: new Set() },
  });
  return report;
}

describe('the work of the checks of names', () => {
  it('grows with the vars, however often they double one another', () => {
    const looksFor = (count: number): number => {
      const { vars, looks } = counted(doubling(count));
      const { faults } = measureVars(vars);
      expect(faults.map(({ name }) => name)).toEqual([`a${Math.log2(MOST_FILLED) + 1}`]);
      return looks();
    };

    expect(looksFor(600)).toBeLessThanOrEqual(2 * 600);
    expect(looksFor(1_200) / looksFor(600)).toBeCloseTo(2, 1);
  });

  it('looks into each var a few times, not once for each step and each name that leads to it', () => {
    const { vars, looks } = counted(doubling(20));
    const steps = Array.from({ length: 100 }, (_, n) => [
      actStep(`act-${n}`, { input: { request: '${a19}' }, save: { [`s${n}`]: 'response.body' } }),
      expectStep(`check-${n}`, { input: { key: '${a19} ${a18}' }, save: { t: 'item.x' } }),
    ]).flat();

    checked(vars, steps);

    // Each mention is resolved in the vars; a var's own content is read at most five times.
    const mentions = 20 * 2 + 100 * 3;
    expect(looks()).toBeLessThanOrEqual(mentions + 5 * 20);
  });

  it('visits every node and every need once', () => {
    let asked = 0;
    const needs = (node: number): readonly number[] => {
      asked += 1;
      return Array.from({ length: 30 }, (_, n) => (node * 7 + n) % 1_000);
    };

    const groups = groupsOf(
      Array.from({ length: 1_000 }, (_, n) => n),
      needs,
    );

    expect(asked).toBe(1_000);
    expect(groups.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });
});

describe('groups of what needs one another', () => {
  it.each<{ title: string; needs: Readonly<Record<string, string>>; groups: readonly string[] }>([
    { title: 'a chain, its end first', needs: { a: 'b', b: 'c', c: '' }, groups: ['c', 'b', 'a'] },
    { title: 'a circle as one', needs: { a: 'b', b: 'c', c: 'a' }, groups: ['abc'] },
    { title: 'two circles apart', needs: { a: 'b', b: 'ac', c: 'd', d: 'c' }, groups: ['cd', 'ab'] },
    {
      title: 'a circle that meets a finished one',
      needs: { a: 'bc', b: '', c: 'b' },
      groups: ['b', 'c', 'a'],
    },
    { title: 'circles within a circle', needs: { a: 'b', b: 'ca', c: 'ba' }, groups: ['abc'] },
  ])('are $title', ({ needs, groups }) => {
    const found = groupsOf(Object.keys(needs), (node) => (needs[node] as string).split(''));

    expect(found.map((group) => group.toSorted().join(''))).toEqual(groups);
  });
});

describe('names that stand for names', () => {
  const row = (length: number): string =>
    Array.from({ length }, (_, n) => `  a${n}: ${n === 0 ? 'x' : `\${a${n - 1}}`}\n`).join('');
  const canary = (vars: string, steps = '  - http: GET https://x\n'): string =>
    `canary: a\nowner: b\nvars:\n${vars}steps:\n${steps}`;
  const rulesOf = (text: string): readonly string[] => loadText(text).diagnostics.map(({ rule }) => rule);

  it('may do so in a row as long as the limit', () => {
    expect(rulesOf(canary(row(LONGEST_CHAIN - 1)))).toEqual([]);
    expect(rulesOf(canary(row(LONGEST_CHAIN)))).toEqual([]);
    expect(rulesOf(canary(row(LONGEST_CHAIN + 1)))).toEqual(['depth']);
    expect(rulesOf(canary(row(2_000)))).toEqual(['depth']);
  });

  it('may grow to the limit of what is filled in', () => {
    const kib = `  a0: "${'x'.repeat(1_024)}"\n`;
    const grown = [...[1, 2, 3, 4, 5].map((n) => `  a${n}: ${`\${a${n - 1}}`.repeat(4)}\n`)].join('');

    expect(rulesOf(canary(`${kib}${grown}`))).toEqual([]);
    expect(rulesOf(canary(`${kib}${grown}`.replace('"x', '"xx')))).toEqual(['size']);
  });

  it('count by what is at their path alone', () => {
    const vars = `  big: { long: "${'x'.repeat(16_000)}", short: y }\n`;
    const step = (path: string): string =>
      `  - http: POST https://x\n    body: "${`\${big.${path}}`.repeat(70)}"\n`;

    expect(rulesOf(canary(vars, step('short')))).toEqual([]);
    expect(rulesOf(canary(vars, step('long')))).toEqual(['size']);
  });

  it('are reported as undefined however many there are', () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `\${n${n}}`).join('');

    expect(
      rulesOf(canary('  m0: 1\n', `  - http: GET https://x/${names.slice(0, 16_000)}\n`)).length,
    ).toBeGreaterThan(1_000);
  });
});
