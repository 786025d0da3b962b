import { describe, expect, it } from '@jest/globals';
import { areIntact, attributesMd5 } from '../../../runner/core/taps/attributes-md5.ts';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('the digest of the attributes of a message', () => {
  it.each([
    // As AWS's own SDKs compute them.
    { attributes: { SellerName: text('Example Store') }, md5: 'cd28f3b68aeee4b2eac9c66f2f694b58' },
    {
      attributes: { ordinal: { DataType: 'Number', StringValue: '1' }, category: text('test') },
      md5: 'd21ae90c49061e927f57df5f5d72be1f',
    },
  ])('is that of SQS: $md5', ({ attributes, md5 }) => {
    expect(attributesMd5(attributes)).toBe(md5);
  });

  it('has no regard for their order', () => {
    const [a, b] = [text('1'), text('2')];

    expect(attributesMd5({ a, b })).toBe(attributesMd5({ b, a }));
  });

  it.each<[title: string, changed: Parameters<typeof attributesMd5>[0]]>([
    ['a value', { id: text('canary-2') }],
    ['a name', { ID: text('canary-1') }],
    ['a type', { id: { DataType: 'Number', StringValue: 'canary-1' } }],
    ['bytes for a text', { id: { DataType: 'String', BinaryValue: Buffer.from('canary-1') } }],
    ['a part that moved into the name', { idS: { DataType: 'tring', StringValue: 'canary-1' } }],
    ['one that was lost', {}],
    ['one without type and value', { id: {} }],
  ])('notices a change of %s', (_, changed) => {
    const md5 = attributesMd5({ id: text('canary-1') });

    expect(areIntact({ id: text('canary-1') }, md5)).toBe(true);
    expect(areIntact(changed, md5)).toBe(false);
  });

  it('is not held against a queue that gives none', () => {
    expect(areIntact({ id: text('canary-1') }, undefined)).toBe(true);
  });
});
