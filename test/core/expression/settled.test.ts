import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { settled, settledPieces } from '../../../runner/core/expression/settled.ts';

const ENVIRONMENT = { name: 'prod', region: 'eu-west-1' };
const VARS: JsonMap = {
  stage: 'blue',
  queue: 'orders-${stage}',
  count: 3,
  order: { bus: 'b-${stage}', items: ['first'] },
  alias: '${order}',
  made: { $uuid: true },
  circle: '${circle}x',
  escaped: '$${stage}',
  outside: '${env:QUEUE}-${stage}',
};

function shown(text: string, vars: JsonMap = VARS): readonly string[] {
  return settledPieces(text, ENVIRONMENT, vars).map((piece) =>
    typeof piece === 'string' ? piece : `<${piece.text}>`,
  );
}

describe('a text before any run', () => {
  it.each([
    { text: 'plain', is: ['plain'] },
    { text: '', is: [] },
    { text: '${queue}', is: ['orders-blue'] },
    { text: 'a-${count}-${env.name}-${env.region}', is: ['a-3-prod-eu-west-1'] },
    { text: '${order.bus}/${order.items[0]}', is: ['b-blue/first'] },
    { text: '${alias.bus}/${alias.items[0]}', is: ['b-blue/first'] },
    { text: 'x${saved}y', is: ['x', '<${saved}>', 'y'] },
    { text: '${made}', is: ['<${made}>'] },
    { text: '${made.$uuid}', is: ['<${made.$uuid}>'] },
    { text: '${order}', is: ['<${order}>'] },
    { text: '${outside}', is: ['<${env:QUEUE}>', '-blue'] },
    { text: '${circle}', is: ['<${circle}>', 'x'] },
    { text: '${escaped}$${x}', is: ['${stage}${x}'] },
    { text: 'a${ b', is: ['a${ b'] },
  ])('$text is $is', ({ text, is }) => {
    expect(shown(text)).toEqual(is);
    expect(settled(text, ENVIRONMENT, VARS)).toBe(is.join('').replace(/<(\$\{[^}]*\})>/g, '$1'));
  });

  it('keeps the region of an environment that names none', () => {
    expect(settled('${env.region}', { name: 'prod' }, {})).toBe('${env.region}');
  });

  it('is found in time, however often names mention one another', () => {
    const vars = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`v${n}`, n === 0 ? '' : `\${v${n - 1}}\${v${n - 1}}`]),
    );

    expect(shown('${v39}', vars)).toEqual([]);
  });
});
