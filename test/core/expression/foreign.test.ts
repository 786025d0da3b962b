import { describe, expect, it } from '@jest/globals';
import { insideHint, placeholderHint, rootHint } from '../../../runner/core/expression/foreign-names.ts';
import { foreignTemplates } from '../../../runner/core/expression/foreign-templates.ts';

describe('foreignTemplates', () => {
  it.each([
    { text: 'a {{ id }} b', written: '{{ id }}', name: 'id' },
    { text: '{{$guid}}', written: '{{$guid}}', name: '$guid' },
    { text: '<%= host %>/x', written: '<%= host %>', name: 'host' },
    { text: '#{id}', written: '#{id}', name: 'id' },
    { text: '%HOST%', written: '%HOST%', name: 'HOST' },
    { text: '$(id)', written: '$(id)', name: 'id' },
    { text: '$HOST/x', written: '$HOST', name: 'HOST' },
  ])('finds $written', ({ text, written, name }) => {
    expect(foreignTemplates(text)).toEqual([{ offset: text.indexOf(written), written, name }]);
  });

  it.each([
    '',
    'plain',
    '${id}',
    '${{ id }}',
    'costs $5',
    'a %C3%BC b',
    '{ "a": 1 }',
    'price: $USD 5',
    '100 %',
  ])('finds none in %s', (text) => {
    expect(foreignTemplates(text)).toEqual([]);
  });

  it('finds path parameters in addresses alone, in the order of the text', () => {
    const address = 'https://x.example.com/:user/{id}';

    expect(foreignTemplates(address)).toEqual([]);
    expect(foreignTemplates(address, true).map(({ written }) => written)).toEqual([':user', '{id}']);
    expect(foreignTemplates('https://x.example.com:8080/${id}', true)).toEqual([]);
  });
});

describe('the remedy for a name of another tool', () => {
  it.each([
    { inside: '{ vars.sku ', hint: 'write ${sku}' },
    { inside: 'sku | upper', hint: 'write ${sku}: there are no expressions, filters or defaults' },
    { inside: 'sku:-none', hint: 'write ${sku}: there are no expressions, filters or defaults' },
    { inside: 'self:custom.table', hint: 'define it under vars, and write ${table}' },
    { inside: 'AWS::Region', hint: 'write ${env.region} for the region' },
    { inside: 'file(./a.txt)', hint: 'files are not read: write the value under vars' },
    { inside: 'zzz:x', hint: undefined },
    { inside: '1 + 2', hint: undefined },
  ])('is $hint for ${$inside}', ({ inside, hint }) => {
    expect(insideHint(inside)).toBe(hint);
  });

  it.each([
    { parts: ['process', 'env', 'SKU'], hint: 'write ${env:SKU}' },
    { parts: ['vars'], hint: 'write ${name}' },
    {
      parts: ['response', 'body', 'id'],
      hint: 'name it in its step, save: { id: response.body.id }, and write ${id}',
    },
    { parts: ['order'], hint: undefined },
    { parts: [], hint: undefined },
  ])('is $hint for $parts', ({ parts, hint }) => {
    expect(rootHint(parts)).toBe(hint);
  });

  it.each([
    { name: 'ORDERID', hint: 'write ${orderId}' },
    { name: '$guid', hint: 'name it under vars: id: { $uuid: {} }, and write ${id}' },
    { name: 'env.HOST', hint: 'write ${env:HOST}' },
    { name: 'env', hint: 'write ${env:env}' },
    { name: 'HOST', hint: 'write ${env:HOST}, or ${name} of a var' },
    { name: 'host', hint: 'write ${host}' },
    { name: 'a b c', hint: 'write ${name}' },
  ])('is $hint for the placeholder $name', ({ name, hint }) => {
    expect(placeholderHint(name, ['sku', 'orderId'])).toBe(hint);
  });
});
