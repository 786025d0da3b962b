import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadText } from '../load/support.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/limits.md'), 'utf8');

/** The faults of a canary with these keys. */
function faultsOf(keys: string, steps = '  - http: GET https://x.example\n'): readonly string[] {
  const head = keys.includes('canary:') ? '' : 'canary: limits\n';
  const { diagnostics } = loadText(`${head}owner: test\n${keys}steps:\n${steps}`, {});
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

describe('the page of limits', () => {
  it.each([
    {
      row: "| a canary's name | 100 characters |",
      within: `canary: ${'a'.repeat(100)}\n`,
      beyond: `canary: ${'a'.repeat(101)}\n`,
    },
    { row: '14 min at most', within: 'timeout: 14m\n', beyond: 'timeout: 15m\n' },
    {
      row: '| 10 s at least |',
      within: 'schedule: { every: 10s, overlap: queue }\n',
      beyond: 'schedule: { every: 9s, overlap: queue }\n',
    },
    {
      row: '| 1 to 99, or up to `99 of 99` |',
      within: 'alert: { after: 99 }\n',
      beyond: 'alert: { after: 100 }\n',
    },
    {
      row: '| 1 to 99, or up to `99 of 99` |',
      within: 'alert: { after: 99 of 99 }\n',
      beyond: 'alert: { after: 99 of 100 }\n',
    },
    { row: '| 1 to 100 |', within: 'alert: { recover: 100 }\n', beyond: 'alert: { recover: 101 }\n' },
    { row: '| 15 min at most |', within: 'alert: { confirm: 15m }\n', beyond: 'alert: { confirm: 16m }\n' },
  ])('is right on $row: $beyond is refused', ({ row, within, beyond }) => {
    expect(page).toContain(row);
    expect(faultsOf(within)).toEqual([]);
    expect(faultsOf(beyond)).toHaveLength(1);
  });

  it('is right on the number of steps', () => {
    const step = '  - { http: GET https://x.example, timeout: 100ms }\n';

    expect(page).toContain('| 200 | `validate` refuses it |');
    expect(faultsOf('', step.repeat(200))).toEqual([]);
    expect(faultsOf('', step.repeat(201))).toHaveLength(1);
  });
});
