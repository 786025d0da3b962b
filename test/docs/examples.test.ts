import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { transformSync } from 'esbuild';
import { parse } from 'yaml';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../runner/core/base/json.ts';
import { formatDiagnostic, load, SCHEMAS } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';
import { type Fence, fencesOf, pagePaths, pathOf, readPage } from '../support/pages.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A file that the loader reads; other YAML, such as a workflow, is not for it. */
const COALMINE_FILE = /\.(canary|part)\.yaml$|coalmine\.config\.yaml$/;

/** Keys by which an example is known as a project file. */
const PROJECT_KEYS = keysOf(SCHEMAS.project(KINDS)).filter(
  (key) => !keysOf(SCHEMAS.canary(KINDS)).includes(key),
);

function keysOf({ properties }: JsonMap): readonly string[] {
  return Object.keys(properties as JsonMap);
}

const PROJECT: JsonMap = {
  project: 'shop',
  environments: { staging: { vars: { api: 'https://shop.example.com' } } },
};
const CANARY: JsonMap = { canary: 'of-a-page', owner: 'team-checkout', tags: ['checkout'] };
/** A page shows more steps than one run would take. */
const LONGEST: JsonMap = { timeout: '14m' };
const HOOK = { webhook: 'https://hooks.example.com/a' };

/** Parts of a project that a page takes as given. */
const GIVEN: Readonly<Record<string, JsonMap>> = {
  'README.md': { taps: [{ bus: 'shop' }] },
  'docs/guide/writing-a-canary.md': { channels: { team: HOOK } },
  'docs/guide/alerts.md': { channels: { duty: HOOK } },
};

/** Pages with examples that another test loads, by that test. */
const LOADED_ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^docs\/reference\/kinds\.md$/, 'test/generated.test.ts'],
  [/^docs\/reference\/(canary|project)-file\.md$/, 'test/reference/keys.test.ts'],
  [/^docs\/reference\/operators\.md$/, 'test/reference/operators.test.ts'],
];

/**
 * The files that the YAML examples of a page make together. An example that begins with `# PATH` is that file. Of the others, a list or
 * `steps` adds steps; other keys go into the project file or the canary of the page.
 */
function filesOfPage(page: string, given: JsonMap): Readonly<Record<string, string>> {
  const named: Record<string, string> = {};
  let [more, canary]: [JsonMap, JsonMap] = [given, {}];
  for (const fence of blocksOf(page, 'yaml')) {
    const path = pathOf(fence);
    const example = parse(fence.text) as Json;
    if (path !== undefined) Object.assign(named, COALMINE_FILE.test(path) ? { [path]: fence.text } : {});
    else if (isJsonMap(example) && Object.keys(example).every((key) => PROJECT_KEYS.includes(key)))
      more = merged(more, example);
    else canary = merged(canary, isJsonMap(example) ? example : { steps: example });
  }
  const own = Object.keys(named).find((path) => path.endsWith('coalmine.config.yaml'));
  const project = merged(own === undefined ? PROJECT : (parse(named[own] ?? '') as JsonMap), more);
  const time = 'schedule' in canary ? {} : LONGEST;
  const first = { steps: [{ http: 'GET https://x.example' }] };
  const example = JSON.stringify({ ...first, ...CANARY, ...time, ...canary });
  return {
    ...named,
    [own ?? 'coalmine.config.yaml']: JSON.stringify(project),
    ...(own === undefined || Object.keys(canary).length > 0 ? { 'of-a-page.canary.yaml': example } : {}),
  };
}

function merged(one: JsonMap, more: JsonMap): JsonMap {
  const entries = Object.entries(more).map(([key, value]) => {
    const before = one[key];
    if (isJsonList(before) && isJsonList(value)) return [key, [...before, ...value]];
    return [key, isJsonMap(before) && isJsonMap(value) ? merged(before, value) : value];
  });
  return { ...one, ...(Object.fromEntries(entries) as JsonMap) };
}

function faultsOf(page: string, given: JsonMap = {}): readonly string[] {
  return load(filesOf(filesOfPage(page, given), true), KINDS).diagnostics.map(formatDiagnostic);
}

function blocksOf(page: string, ...infos: readonly string[]): readonly Fence[] {
  return fencesOf(page).filter(({ info }) => infos.includes(info));
}

const PAGES = pagePaths().map((path) => ({ path, page: readPage(path) }));

describe('the examples of a page', () => {
  const pages = PAGES.filter(
    ({ path, page }) =>
      blocksOf(page, 'yaml').length > 0 &&
      !path.startsWith('docs/recipes/') &&
      !LOADED_ELSEWHERE.some(([loaded]) => loaded.test(path)),
  );

  it.each(pages)('of $path load together as one canary and its project', ({ path, page }) => {
    expect(faultsOf(page, GIVEN[path])).toEqual([]);
  });

  it('of the recipes load together as the projects that they name', () => {
    const recipes = PAGES.filter(({ path }) => path.startsWith('docs/recipes/'));

    expect(faultsOf(recipes.map(({ page }) => page).join('\n'))).toEqual([]);
  });

  it('are refused if one names what no other defines', () => {
    expect(faultsOf('```yaml\n- http: GET ${api}/${orderId}\n```\n')).toEqual([
      expect.stringContaining('orderId'),
    ]);
  });

  it('that another test loads stand in a page that is there', () => {
    for (const [loaded, test] of LOADED_ELSEWHERE) {
      expect(PAGES.filter(({ path }) => loaded.test(path))).not.toEqual([]);
      expect(existsSync(join(ROOT, test))).toBe(true);
    }
  });
});

describe('a block of a page', () => {
  it.each(PAGES)('of $path is of a kind that a test knows', ({ page }) => {
    // Python is run by test/emulated/python-snippet.test.ts: only those tests need it.
    const known = /^(|sh|yaml|json|js|ts|python|ini|hcl|dockerfile|groovy|mermaid|text( \w+)?)$/;

    expect(fencesOf(page).filter(({ info }) => !known.test(info))).toEqual([]);
  });

  it.each(PAGES)('of $path that is JSON, JavaScript or TypeScript can be parsed', ({ page }) => {
    for (const { text } of blocksOf(page, 'json')) expect(() => void JSON.parse(text)).not.toThrow();
    for (const { text } of blocksOf(page, 'js', 'ts'))
      expect(() => transformSync(text, { loader: 'ts', format: 'esm' })).not.toThrow();
  });
});
