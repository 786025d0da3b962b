import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uniqueNames } from '../../../runner/core/report/unique-names.ts';

describe('unique names', () => {
  it.each([
    { names: [], unique: [] },
    { names: ['a', 'b'], unique: ['a', 'b'] },
    { names: ['a', 'a', 'b', 'a'], unique: ['a', 'a (2)', 'b', 'a (3)'] },
    { names: ['a', 'a (2)', 'a'], unique: ['a', 'a (2)', 'a (3)'] },
    { names: ['a', 'a', 'a (2)'], unique: ['a', 'a (3)', 'a (2)'] },
    { names: ['a (2)', 'a (2)', 'a', 'a'], unique: ['a (2)', 'a (2) (2)', 'a', 'a (3)'] },
  ])('of $names are $unique', ({ names, unique }) => {
    expect(uniqueNames(names)).toEqual(unique);
  });

  it('never occur twice, and a name that occurs once stays', () => {
    const name = fc.constantFrom('a', 'a (2)', 'a (3)', 'a (2) (2)', 'b', '');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const unique = uniqueNames(names);

        expect(new Set(unique).size).toBe(names.length);
        for (const [index, one] of names.entries())
          if (names.indexOf(one) === names.lastIndexOf(one)) expect(unique[index]).toBe(one);
      }),
    );
  });
});
