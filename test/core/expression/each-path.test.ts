import { describe, expect, it } from '@jest/globals';
import { pathsAt } from '../../../runner/core/expression/each-path.ts';

const ORDER = { lines: [{ tags: ['a', 'b'] }, { tags: [] }, 'text'], total: 3 };

describe('a path with * stands for', () => {
  it.each<{ path: readonly string[]; paths: readonly (readonly (string | number)[])[] }>([
    { path: ['total'], paths: [['total']] },
    { path: ['missing', 'below'], paths: [['missing', 'below']] },
    {
      path: ['lines', '*'],
      paths: [
        ['lines', 0],
        ['lines', 1],
        ['lines', 2],
      ],
    },
    {
      path: ['lines', '*', 'tags', '*'],
      paths: [
        ['lines', 0, 'tags', 0],
        ['lines', 0, 'tags', 1],
      ],
    },
    { path: ['total', '*'], paths: [] },
    { path: ['missing', '*'], paths: [] },
  ])('$path: $paths', ({ path, paths }) => {
    expect(pathsAt(ORDER, path)).toEqual(paths);
  });
});
