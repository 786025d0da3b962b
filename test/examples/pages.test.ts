import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../runner/core/base/json.ts';
import { formatDiagnostic, load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';

const ROOT = join(import.meta.dirname, '../..');

const PROJECT_KEYS = ['project', 'environments', 'taps', 'channels', 'operators', 'maintenance'];

const PROJECT: JsonMap = {
  project: 'shop',
  environments: { staging: { vars: { api: 'https://shop.example.com' } } },
};
const CANARY: JsonMap = { canary: 'of-a-page', owner: 'team-checkout', tags: ['checkout'] };
const HOOK = { webhook: 'https://hooks.example.com/a' };

/** Pages, each with the part of the project that it takes as given. */
const PAGES: Readonly<Record<string, JsonMap>> = {
  'README.md': { taps: [{ bus: 'shop' }] },
  'docs/guide/writing-a-canary.md': { channels: { team: HOOK } },
  'docs/reference/language.md': {},
  'docs/guide/alerts.md': { channels: { duty: HOOK } },
  'docs/guide/notifications.md': {},
};

/**
 * The files that the YAML examples of a page make together. A list or `steps` adds steps. An example that begins with the comment
 * `# parts/…` is that part. Other keys go into the project file or the canary.
 */
function filesOfPage(page: string, given: JsonMap): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  let [project, canary] = [merged(PROJECT, given), CANARY];
  for (const [, text = ''] of page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)) {
    const [, part] = /^# (parts\/\S+)/.exec(text) ?? [];
    const example = parse(text) as Json;
    if (part !== undefined) parts[part] = text;
    else if (isJsonMap(example) && Object.keys(example).every((key) => PROJECT_KEYS.includes(key)))
      project = merged(project, example);
    else canary = merged(canary, isJsonMap(example) ? example : { steps: example });
  }
  return {
    ...parts,
    'coalmine.config.yaml': JSON.stringify(project),
    'of-a-page.canary.yaml': JSON.stringify({ steps: [{ http: 'GET https://x.example' }], ...canary }),
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

describe('the examples of a page', () => {
  it.each(Object.entries(PAGES))('of %s load together as one canary and its project', (path, given) => {
    expect(faultsOf(readFileSync(join(ROOT, path), 'utf8'), given)).toEqual([]);
  });

  it('are refused if one names what no other defines', () => {
    expect(faultsOf('```yaml\n- http: GET ${api}/${orderId}\n```\n')).toEqual([
      expect.stringContaining('orderId'),
    ]);
  });
});
