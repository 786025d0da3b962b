import { describe, expect, it } from '@jest/globals';
import { chunksOf } from '../../../runner/core/aws/chunks.ts';

describe('chunksOf', () => {
  it.each([
    { list: [], most: 2, chunks: [] },
    { list: [1, 2], most: 2, chunks: [[1, 2]] },
    { list: [1, 2, 3], most: 2, chunks: [[1, 2], [3]] },
  ])('of $list by $most gives $chunks', ({ list, most, chunks }) => {
    expect(chunksOf(list, most)).toEqual(chunks);
  });
});
