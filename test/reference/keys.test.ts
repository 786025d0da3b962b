import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { load, SCHEMAS } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { CANARY_EXAMPLES } from '../../scripts/pages/canary-file-page.ts';
import { PROJECT_EXAMPLE } from '../../scripts/pages/project-file-page.ts';
import { filesOf } from '../load/support.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The text of these pages. */
function textOf(pages: readonly string[]): string {
  return pages.map((page) => readFileSync(join(ROOT, 'docs', page), 'utf8')).join('\n');
}

/** Pages on keys of steps, which verbs and nouns bring. */
const OF_STEPS = ['reference/kinds.md', 'guide/writing-a-canary.md'];

/** Every key of a schema, at any depth, with its description. */
function keysOf(schema: unknown): readonly { readonly key: string; readonly described: boolean }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, anyOf, items, additionalProperties } = schema as Record<string, unknown>;
  const own = Object.entries(properties ?? {}).flatMap(([key, inner]) => [
    { key, described: typeof (inner as { description?: unknown }).description === 'string' },
    ...keysOf(inner),
  ]);
  const forms: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [];
  return [...own, ...[...forms, items, additionalProperties].flatMap((one) => keysOf(one))];
}

describe('the pages of keys', () => {
  it.each([
    { sort: 'canary', pages: ['reference/canary-file.md', ...OF_STEPS] },
    { sort: 'part', pages: ['reference/canary-file.md', ...OF_STEPS] },
    { sort: 'project', pages: ['reference/project-file.md', 'reference/canary-file.md'] },
  ] as const)('mention each key of a $sort, which the schema describes', ({ sort, pages }) => {
    const text = textOf(pages);
    const keys = [...keysOf(SCHEMAS[sort](KINDS)), { key: 'zzzzzzzz', described: false }];
    const isMentioned = (key: string): boolean => text.includes(`\`${key}\``) || text.includes(`${key}:`);

    expect(keys.filter(({ key, described }) => !described || !isMentioned(key))).toEqual([
      { key: 'zzzzzzzz', described: false },
    ]);
  });

  it('have an example of a canary and a part that loads without a message', () => {
    const { canaries, diagnostics } = load(filesOf(CANARY_EXAMPLES), KINDS);

    expect(diagnostics).toEqual([]);
    expect(canaries.map(({ canary }) => canary.name)).toEqual(['order-flow']);
  });

  it('have an example of a project file that uses every key and loads without a message', () => {
    const { 'canaries/order-flow.canary.yaml': canary, ...others } = CANARY_EXAMPLES;
    const files = {
      ...others,
      'coalmine.config.yaml': PROJECT_EXAMPLE,
      'canaries/order-flow.canary.yaml': canary,
    };
    const { diagnostics } = load(filesOf(files), KINDS);
    const { properties } = SCHEMAS.project(KINDS) as { readonly properties: object };

    expect(diagnostics).toEqual([]);
    expect(Object.keys(parse(PROJECT_EXAMPLE) as object).toSorted()).toEqual(
      Object.keys(properties).toSorted(),
    );
  });
});
