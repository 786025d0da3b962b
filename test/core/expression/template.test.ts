import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import {
  fill,
  isTemplate,
  parsePath,
  type Reference,
  referencesIn,
  templateFaults,
  valueAt,
  writtenName,
} from '../../../runner/core/expression/template.ts';

const VALUES: Readonly<Record<string, Json>> = { n: 3, t: 'x', list: [1], map: { $above: 1 }, flag: true };
const valueOf = ({ name, path }: Reference): Json => valueAt(VALUES[name] ?? null, path) ?? null;

describe('fill', () => {
  it.each<{ value: Json; filled: Json }>([
    { value: '${n}', filled: 3 },
    { value: '${list}', filled: [1] },
    { value: '${list[0]}', filled: 1 },
    { value: 'a ${t} b ${n}', filled: 'a x b 3' },
    { value: '${cf:a-${t}.B}', filled: null },
    { value: '$${n}', filled: '${n}' },
    { value: { k: ['${t}', 1, null] }, filled: { k: ['x', 1, null] } },
    { value: 'no ${bad name} here', filled: 'no ${bad name} here' },
  ])('makes $filled of $value', ({ value, filled }) => {
    expect(fill(value, valueOf)).toEqual(filled);
  });

  it.each([
    { value: 'a ${list}', type: 'a list' },
    { value: 'a ${map}', type: 'a map' },
    { value: 'a ${flag}', type: 'true' },
    { value: 'a ${nothing}', type: 'null' },
  ])('refuses $type inside text', ({ value, type }) => {
    expect(() => fill(value, valueOf)).toThrow(`only text or a number can be put; it is ${type}`);
  });
});

describe('mentionsIn', () => {
  it('finds each mention with its name, path and place', () => {
    const [first, second] = referencesIn({ a: ['x ${order.items[0].sku}'], b: '${env:NAME}' });

    expect(first).toMatchObject({ name: 'order', path: ['items', 0, 'sku'], at: ['a', 0], offset: 2 });
    expect(second).toMatchObject({ name: 'env:NAME', external: { scheme: 'env', name: 'NAME' } });
  });

  it('finds the mentions inside the name of a stack, after that name', () => {
    const found = referencesIn(['x ${cf:shop-${env.name}-${env:STAGE}/Orders} ${t}']);

    expect(found.map(({ text, offset }) => [text, offset])).toEqual([
      ['${cf:shop-${env.name}-${env:STAGE}/Orders}', 2],
      ['${env.name}', 12],
      ['${env:STAGE}', 24],
      ['${t}', 45],
    ]);
  });

  it('sees a part’s own names, and nothing in numbers', () => {
    expect(referencesIn(['${1/2/sku}', 4, '$${x}']).map(({ name }) => name)).toEqual(['1/2/sku']);
  });
});

describe('templateFaults', () => {
  it.each([
    { text: '${', message: "'${' is never closed" },
    { text: '${}', message: "'${}' names nothing" },
    { text: '${a b}', message: "'${a b}' is not a name" },
    { text: '${foo:bar}', message: "'foo:' is not a source of values" },
    { text: '${env:A B}', message: "'${env:A B}' is not a name" },
    { text: '${1x}', message: "'${1x}' is not a name" },
    { text: '${a${b}}', message: "'${a${b}}' is not a name" },
    { text: '${cf:${env:S}', message: "'${cf:${env:S}' is never closed" },
    { text: '${cf:shop-${a', message: "'${cf:shop-${a' is never closed" },
  ])('$text: $message', ({ text, message }) => {
    expect(templateFaults(text)).toMatchObject([{ message }]);
  });

  it.each([
    { text: 'see ${order and', hint: 'write ${order}' },
    { text: '${cf:a-${env.name/O}', hint: 'write ${cf:a-${env.name}/O}' },
    { text: 'GET ${cf:a-${env.name}/O and more', hint: 'write ${cf:a-${env.name}/O}' },
    { text: '${cf:a-${env:STAGE.Url}/x', hint: 'write ${cf:a-${env:STAGE}.Url}' },
    { text: '${cf:a-${env.name}', hint: 'write ${cf:a-${env.name}.ApiUrl}' },
    { text: '${cf:shop-${a', hint: 'write ${cf:shop-${a}.ApiUrl}' },
    { text: '${order ${other}', hint: 'close each ${ with a }' },
  ])('suggests how to close $text', ({ text, hint }) => {
    expect(templateFaults(text).map((one) => one.hint)).toEqual([`${hint}, or $\${ for a literal \${`]);
  });

  it('suggests the source that was meant', () => {
    expect(templateFaults('${evn:X} ${vault:X}').map(({ hint }) => hint)).toEqual([
      "did you mean 'env:'?",
      'write ${secret:name}',
    ]);
    expect(templateFaults('${sku:-x}').map(({ message }) => message)).toEqual(["'${sku:-x}' is not a name"]);
    expect(templateFaults('${zzzzzz:X}').map(({ hint }) => hint)).toEqual([
      'write env:, ssm:, secret: or cf:',
    ]);
  });

  it('has nothing against plain texts, good ones and escaped ones', () => {
    expect(templateFaults('{a} $b }')).toEqual([]);
    expect(templateFaults('${a} ${secret:x/y#z} $${not} ${a.detail-type}')).toEqual([]);
  });
});

it('distinguishes templates from text', () => {
  expect(['${a}', '$${a}', 'a'].map(isTemplate)).toEqual([true, false, false]);
});

it('reads paths, and what stands there', () => {
  expect(parsePath('a.b[2].c')).toEqual(['a', 'b', 2, 'c']);
  expect(valueAt({ a: [1] }, ['a', 0])).toBe(1);
  expect(valueAt({ a: 1 }, ['a', 0])).toBeUndefined();
  expect(valueAt([1], ['toString'])).toBeUndefined();
});

describe('what is no template', () => {
  it.each(['${open', '${', '$${closed}', '${}', '${ }', '${a b}', '${env: }', '${env:a b}'])(
    'mentions nothing: %s',
    (text) => {
      expect(referencesIn([{ deep: text }])).toEqual([]);
    },
  );

  it.each([
    { text: '${}', message: "'${}' names nothing" },
    { text: '${  }', message: "'${}' names nothing" },
    { text: '${open', message: "'${open' is never closed" },
    { text: '${file:x}', message: "'file:' is not a source of values" },
    { text: '${env:a b}', message: "'${env:a b}' is not a name" },
  ])('is reported as such: $text', ({ text, message }) => {
    expect(templateFaults(text)).toMatchObject([{ offset: 0, length: text.length, message }]);
  });
});

describe('a path', () => {
  it.each<{ value: Json; path: readonly (string | number)[] }>([
    { value: {}, path: ['constructor'] },
    { value: {}, path: ['toString'] },
    { value: { a: {} }, path: ['a', '__proto__'] },
    { value: [1], path: ['length'] },
    { value: [1], path: [1] },
    { value: { 0: 'x' }, path: [0] },
    { value: 'text', path: [0] },
    { value: 'text', path: ['length'] },
  ])('finds nothing that is not there: $path', ({ value, path }) => {
    expect(valueAt(value, path)).toBeUndefined();
  });
});

it('says where in a value a mention stands', () => {
  const [first, second] = referencesIn({ a: ['x', 'y ${b.c[0]}'], d: { e: '${f}' } });

  expect(first).toMatchObject({ name: 'b', path: ['c', 0], at: ['a', 1], offset: 2 });
  expect(second).toMatchObject({ name: 'f', path: [], at: ['d', 'e'], offset: 0 });
});

describe('a name as its file has it', () => {
  it.each([
    { name: 'orderId', written: 'orderId' },
    { name: '1/orderId', written: 'orderId' },
    { name: '2/10/orderId', written: 'orderId' },
  ])('is $written for $name', ({ name, written }) => {
    expect(writtenName(name)).toBe(written);
  });
});
