import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../../runner/registry.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/guide/other-tools.md'), 'utf8');

describe('the page on other tools', () => {
  it('counts our channels as they are', () => {
    expect(Object.keys(KINDS.channels)).toHaveLength(5);
    expect(page).toContain('5: Slack, PagerDuty, webhook, SNS, EventBridge');
  });

  it('has no more cells in a row than its head', () => {
    const tables = page.split(/\n\n/).filter((block) => block.startsWith('|'));

    expect(tables).toHaveLength(2);
    for (const table of tables) {
      const lengths = table
        .trim()
        .split('\n')
        .map((row) => row.split('|').length);
      expect(new Set(lengths).size).toBe(1);
    }
  });
});
