import { describe, expect, it } from '@jest/globals';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';

describe('omitUndefined', () => {
  it('keeps every entry but the undefined ones, in their order', () => {
    const entries = omitUndefined({ a: undefined, b: null, c: 0, d: '', e: false });

    expect(Object.entries(entries)).toEqual([
      ['b', null],
      ['c', 0],
      ['d', ''],
      ['e', false],
    ]);
  });
});
