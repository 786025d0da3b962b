import { describe, expect, it } from '@jest/globals';
import { fromAttributes, toAttributes } from '../../../runner/core/aws/attributes.ts';
import { isUnordered, type Json, parseJson } from '../../../runner/core/base/json.ts';

const HUGE = '12345678901234567890123456789012345678'; // 38 digits, as many as DynamoDB keeps

describe('an item of DynamoDB', () => {
  it('comes back as it was written, whatever is in it', () => {
    const map = {
      text: 'ü',
      empty: '',
      number: -0.1,
      none: null,
      flag: false,
      list: [1, [true, { a: 'b' }]],
      map: {},
      exact: parseJson('0.30000000000000001'),
    };

    expect(fromAttributes(toAttributes(map))).toEqual(map);
  });

  it('keeps every digit of a number, also in lists and sets', () => {
    const map = { n: parseJson(HUGE), l: [parseJson(HUGE)], small: 1e21 };

    expect(toAttributes(map)).toEqual({
      n: { N: HUGE },
      l: { L: [{ N: HUGE }] },
      small: { N: '1000000000000000000000' },
    });
    expect(JSON.stringify(fromAttributes({ ...toAttributes(map), s: { NS: [HUGE, '1'] } }))).toBe(
      `{"n":${HUGE},"l":[${HUGE}],"small":1e+21,"s":[${HUGE},1]}`,
    );
  });

  it('shows sets without order, binary data in base64, and what is no number as text', () => {
    const bytes = Uint8Array.of(1, 255);
    const { texts, binaries, binary, odd, unknown } = fromAttributes({
      texts: { SS: ['a', 'b'] },
      binaries: { BS: [bytes] },
      binary: { B: bytes },
      odd: { N: 'NaN' },
      unknown: {},
    });

    expect([texts, binaries, binary, odd, unknown]).toEqual([['a', 'b'], ['Af8='], 'Af8=', 'NaN', null]);
    expect([texts, binaries].map((set) => isUnordered(set as Json[]))).toEqual([true, true]);
  });
});
