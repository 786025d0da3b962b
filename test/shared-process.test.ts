import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fixedParts, partsThatDiffer } from './support/jest/fixed-parts.ts';

const ROOT = join(import.meta.dirname, '..');

describe('a part of the process that a test file must leave as it was', () => {
  const listener = (): void => {};

  it.each([
    {
      part: 'globalThis.fetch',
      change: () => {
        const { fetch } = globalThis;
        globalThis.fetch = async () => new Response();
        return () => {
          globalThis.fetch = fetch;
        };
      },
    },
    {
      part: 'process.argv',
      change: () => {
        process.argv.push('--left');
        return () => process.argv.pop();
      },
    },
    {
      part: "listeners of 'SIGWINCH'",
      change: () => {
        process.on('SIGWINCH', listener);
        return () => process.off('SIGWINCH', listener);
      },
    },
  ])('is named when it is left changed: $part', ({ part, change }) => {
    const before = fixedParts();
    const putBack = change();
    const left = partsThatDiffer(before, fixedParts());
    putBack();
    expect(left).toEqual([part]);
    expect(partsThatDiffer(before, fixedParts())).toEqual([]);
  });
});

describe('the files that coverage leaves out', () => {
  const patterns = [...readFileSync(join(ROOT, 'jest.config.mjs'), 'utf8').matchAll(/'!(runner\/[^']+)'/g)];
  const files = patterns.flatMap(([, pattern = '']) => globSync(pattern, { cwd: ROOT }));

  it('are some', () => {
    expect(files.length).toBeGreaterThan(patterns.length);
  });

  it.each(files)('hold types alone: %s', (file) => {
    const code = stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'));
    expect(code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').trim()).toBe('');
  });
});
