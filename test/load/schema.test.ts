import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { SCHEMAS, type SchemaSort } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { GOOD, loadText } from './support.ts';

const SORTS = Object.keys(SCHEMAS) as readonly SchemaSort[];
const ENDINGS: Readonly<Record<SchemaSort, RegExp>> = {
  canary: /\.canary\.yaml$/,
  part: /\.part\.yaml$/,
  project: /^coalmine\.config\.yaml$/,
};

const ajv = new Ajv({ strict: false, validateFormats: false });
const CHECKS = Object.fromEntries(
  SORTS.map((sort) => [sort, ajv.compile(SCHEMAS[sort](KINDS))]),
) as unknown as Readonly<Record<SchemaSort, ValidateFunction>>;

const FILES = SORTS.flatMap((sort) =>
  Object.entries(GOOD)
    .filter(([path]) => ENDINGS[sort].test(path))
    .map(([path, text]) => ({ sort, path, text })),
);

/** The keys of a schema and of all maps in it that take no others, by path. */
function closedKeysOf(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, anyOf, items, additionalProperties } = schema as Record<string, unknown>;
  const own = Object.entries(properties ?? {}).flatMap(([key, inner]) => [
    `${path}${key}`,
    ...closedKeysOf(inner, `${path}${key}.`),
  ]);
  const forms: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [];
  return [...own, ...[...forms, items, additionalProperties].flatMap((one) => closedKeysOf(one, path))];
}

describe('the schema for editors', () => {
  it('is tried on files of every sort', () => {
    expect(new Set(FILES.map(({ sort }) => sort))).toEqual(new Set(SORTS));
  });

  it.each(FILES)('accepts the $sort that uses every word: $path', ({ sort, text }) => {
    expect({ valid: CHECKS[sort](parse(text)), errors: CHECKS[sort].errors }).toEqual({
      valid: true,
      errors: null,
    });
  });

  it.each(SORTS)('refuses a misspelt key of a %s', (sort) => {
    const [{ text }] = FILES.filter((one) => one.sort === sort) as [(typeof FILES)[number]];

    expect(CHECKS[sort]({ ...(parse(text) as object), stepps: [] })).toBe(false);
  });

  it('names the keys of a project file that the loader names', () => {
    const { diagnostics } = loadText(GOOD['by-cron.canary.yaml'] as string, {
      'coalmine.config.yaml': 'project: p\nzzzzzzzz: 1\n',
    });
    const [, listed = ''] = /its keys are (.*)$/.exec(diagnostics[0]?.hint ?? '') ?? [];
    const { properties } = SCHEMAS.project(KINDS) as { properties: object };

    expect(listed.split(', ').toSorted()).toEqual(Object.keys(properties).toSorted());
  });

  it.each([
    { inside: 'correlation', text: 'correlation: { zzzzzzzz: 1 }', path: 'correlation.' },
    { inside: 'an environment', text: 'environments: { a: { zzzzzzzz: 1 } }', path: 'environments.' },
    { inside: 'a tap', text: 'taps: [{ bus: x, zzzzzzzz: 1 }]', path: 'taps.' },
    { inside: 'a window', text: 'maintenance: [{ zzzzzzzz: 1 }]', path: 'maintenance.' },
    { inside: 'the defaults', text: 'defaults: { zzzzzzzz: 1 }', path: 'defaults.' },
    { inside: 'a policy', text: 'defaults: { alert: { zzzzzzzz: 1 } }', path: 'defaults.alert.' },
    {
      inside: 'a channel',
      text: 'channels: { a: { slack: "${secret:x}", zzzzzzzz: 1 } }',
      path: 'channels.',
    },
  ])('names the keys of $inside that the loader names', ({ text, path }) => {
    const { diagnostics } = loadText(GOOD['by-cron.canary.yaml'] as string, {
      'coalmine.config.yaml': `project: p\n${text}\n`,
    });
    const hint = diagnostics.find(({ message }) => message.includes('zzzzzzzz'))?.hint ?? '';
    const [, listed = ''] = /its keys are (.*)$/.exec(hint) ?? [];
    const keys = closedKeysOf(SCHEMAS.project(KINDS))
      .filter((key) => key.startsWith(path))
      .map((key) => key.slice(path.length))
      .filter((key) => !key.includes('.'));

    expect(listed.split(', ').toSorted()).toEqual([...new Set(keys)].toSorted());
  });

  it('names the keys of a part that the loader names', () => {
    const { diagnostics } = loadText('canary: a\nowner: b\nsteps:\n  - use: ./x.part.yaml\n', {
      'x.part.yaml': 'part: x\nzzzzzzzz: 1\nsteps:\n  - http: GET https://x\n',
    });
    const [, listed = ''] = /its keys are (.*)$/.exec(diagnostics[0]?.hint ?? '') ?? [];
    const { properties } = SCHEMAS.part(KINDS) as { properties: object };

    expect(listed.split(', ').toSorted()).toEqual(Object.keys(properties).toSorted());
  });
});
