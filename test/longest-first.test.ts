import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import LongestFirst, { LONGEST } from './support/longest-first.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the order of test files', () => {
  beforeEach(() => {
    delete process.env['ORDER'];
  });

  it('lists files that exist', () => {
    expect(LONGEST.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  const context = {
    config: { cacheDirectory: join(ROOT, 'nowhere'), id: 'none' },
    hasteFS: { getSize: (path: string) => (path.endsWith('large.test.ts') ? 2 : 1) },
  };
  const sortedAs = (paths: readonly string[]): readonly string[] => {
    const tests = paths.map((path) => ({ path: join(ROOT, path), context }));
    const sorted = new LongestFirst({ contexts: [], globalConfig: {} } as never).sort(tests as never);
    return [...sorted].map(({ path }) => path.slice(ROOT.length + 1));
  };

  it('begins with the longest files, if jest knows no times of an earlier run', () => {
    expect(sortedAs(['small.test.ts', 'large.test.ts', ...LONGEST.toReversed()])).toEqual([
      ...LONGEST,
      'large.test.ts',
      'small.test.ts',
    ]);
  });

  it('is another one for each value of ORDER, and the same for the same value', () => {
    const orderBy = (value: string): readonly string[] => {
      process.env['ORDER'] = value;
      return sortedAs(LONGEST);
    };

    expect(orderBy('1')).not.toEqual(orderBy('2'));
    expect(orderBy('1')).not.toEqual(LONGEST);
    expect(orderBy('1')).toEqual(orderBy('1'));
    expect(orderBy('1').toSorted()).toEqual(LONGEST.toSorted());
  });
});
