import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import LongestFirst, { LONGEST } from './support/longest-first.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the order of test files', () => {
  it('lists files that exist', () => {
    expect(LONGEST.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('begins with the longest files, if jest knows no times of an earlier run', () => {
    const context = {
      config: { cacheDirectory: join(ROOT, 'nowhere'), id: 'none' },
      hasteFS: { getSize: (path: string) => (path.endsWith('large.test.ts') ? 2 : 1) },
    };
    const paths = ['small.test.ts', 'large.test.ts', ...LONGEST.toReversed()];
    const tests = paths.map((path) => ({ path: join(ROOT, path), context }));

    const sorted = new LongestFirst({ contexts: [], globalConfig: {} } as never).sort(tests as never);

    expect([...sorted].map(({ path }) => path.slice(ROOT.length + 1))).toEqual([
      ...LONGEST,
      'large.test.ts',
      'small.test.ts',
    ]);
  });
});
