import { describe, expect, it } from '@jest/globals';
import { withoutReferences } from '../../../runner/core/base/reference-syntax.ts';

describe('a text without its references', () => {
  it.each([
    { text: 'orders-${env.name}-${id}', left: 'orders-x-x' },
    { text: '${cf:shop-${env.name}/Orders}', left: 'x' },
    { text: '${never closed', left: 'x' },
    { text: 'a $${literal} and $5', left: 'a $${literal} and $5' },
  ])('of $text is $left', ({ text, left }) => {
    expect(withoutReferences(text, 'x')).toBe(left);
  });
});
