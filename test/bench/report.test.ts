import { describe, expect, it } from '@jest/globals';
import type { Figure, Part } from '../../bench/measure/part.ts';
import { endOf, linesOf } from '../../bench/measure/report.ts';

const lineOf = (figure: Partial<Figure>, rounds: readonly number[]) => {
  const part: Part = {
    name: 'p',
    about: '',
    figures: { one: { name: 'f', unit: 'ms', ...figure } },
    measure: async () => ({}),
  };
  return linesOf(part, { one: rounds })[0];
};

describe('a line of the bench', () => {
  it('has the median of the rounds, their range and the goal', () => {
    expect(lineOf({ atMost: 5 }, [9, 1, 4])).toEqual({
      text: '| f | 4 ms | 1 ms – 9 ms | ≤ 5 ms | met |',
      fails: false,
    });
  });

  it('fails the bench if its goal is missed and no cause is known', () => {
    expect(lineOf({ atMost: 3 }, [4])).toEqual({
      text: '| f | 4 ms |  | ≤ 3 ms | **missed** |',
      fails: true,
    });
  });

  it('gives the cause of a known miss, and does not fail', () => {
    expect(lineOf({ atMost: 3, missed: { cause: 'the moon', best: 4 } }, [5])).toEqual({
      text: '| f | 5 ms |  | ≤ 3 ms | **missed**, as known |',
      fails: false,
      note: 'f, best 4 ms: the moon',
    });
  });

  it('fails if a known miss is worse than the best figure by more than a quarter', () => {
    expect(lineOf({ atMost: 3, missed: { cause: 'the moon', best: 4 } }, [5.1])).toMatchObject({
      text: '| f | 5.10 ms |  | ≤ 3 ms | **missed**, and worse than known |',
      fails: true,
    });
  });

  it('meets an exact goal only if each round does', () => {
    expect(lineOf({ exactly: 1 }, [1, 1])?.fails).toBe(false);
    expect(lineOf({ exactly: 1 }, [1, 0.99, 1])?.fails).toBe(true);
  });

  it('neither meets nor misses without a goal', () => {
    expect(lineOf({}, [1_234.5])?.text).toBe('| f | 1235 ms |  |  |  |');
  });

  it.each([[[]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY]]])(
    'is refused without a figure in each round: %j',
    (rounds) => {
      expect(() => lineOf({ atMost: 1 }, rounds)).toThrow("p gave no figure for 'f'");
    },
  );
});

describe('the end of the bench', () => {
  const line = { text: '', fails: false };

  it.each([
    ['all goals are met', [line], [], { notes: [], code: 0 }],
    [
      'the cause of a miss is known',
      [{ ...line, note: 'f: the moon' }],
      [],
      { notes: ['known miss: f: the moon'], code: 0 },
    ],
    [
      'a goal is missed',
      [{ ...line, fails: true }],
      [],
      { notes: ['goals missed for no known cause, or by more than known: 1'], code: 1 },
    ],
    [
      'a part cannot be measured',
      [line],
      ['watch'],
      { notes: ['asked for, but not measured: watch'], code: 1 },
    ],
  ])('is right if %s', (_, lines, refused, end) => {
    expect(endOf(lines, refused)).toEqual(end);
  });
});
