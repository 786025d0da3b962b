import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../runner/core/base/json.ts';
import { differenceOf, quotesOf } from '../../../runner/core/evidence/quotes.ts';
import type { Evidence } from '../../../runner/core/model/run-result.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';

function evidenceOf(...data: readonly Json[]): readonly Evidence[] {
  return data.map((one, n) => ({ kind: 'thing', id: `${n}`, takenAtMs: 0, data: one }));
}

const LONG = 'x'.repeat(300);

describe('the lines that name a fault', () => {
  it.each<{ of: string; data: Json; fields: readonly string[]; lines: readonly string[] }>([
    {
      of: 'a short body is the body',
      data: { status: 422, body: { errors: ['Wrong delivery price'] } },
      fields: ['body'],
      lines: ['{"errors":["Wrong delivery price"]}'],
    },
    {
      of: 'a long body are its members of a telling name',
      data: {
        body: { items: [LONG], errors: [{ message: 'no stock', code: 7 }], cause: { a: 'disk full' } },
      },
      fields: ['body'],
      lines: ['errors[0].message: no stock', 'cause.a: disk full'],
    },
    {
      of: 'a long body without a telling name is its beginning',
      data: { body: { items: [LONG] } },
      fields: ['body'],
      lines: [`{"items":["${LONG.slice(0, 188)}…`],
    },
    {
      of: 'a page is its text',
      data: { body: '<html><head><title>502 Bad Gateway</title></head>\n<body><p>nginx</p></body></html>' },
      fields: ['body'],
      lines: ['502 Bad Gateway', 'nginx'],
    },
    {
      of: 'a log are the errors in it',
      data: {
        body: { errorMessage: 'boom', errorType: 'Error' },
        log: 'START RequestId: 1 Version: 2\nstep 1\nERROR\tno table\nstep 2\nEND RequestId: 1\nREPORT RequestId: 1 error',
      },
      fields: ['body', 'log'],
      lines: ['{"errorMessage":"boom","errorType":"Error"}', 'log: ERROR no table'],
    },
    {
      of: 'a log without an error are its last lines',
      data: { log: 'one\ntwo\nthree\nfour\nEND RequestId: 1\n\n' },
      fields: ['log'],
      lines: ['log: two', 'log: three', 'log: four'],
    },
    {
      of: 'a long text are its two ends',
      data: { log: `first error\n${'step\n'.repeat(5_000)}last error` },
      fields: ['log'],
      lines: ['log: first error', 'log: last error'],
    },
    {
      of: 'an execution are its error and cause',
      data: { status: 'FAILED', error: 'States.Timeout', cause: 'too slow', output: null },
      fields: ['error', 'cause', 'output'],
      lines: ['error: States.Timeout', 'cause: too slow'],
    },
    {
      of: 'a dead letter are its attributes, but for ours',
      data: {
        body: '',
        attributes: { ERROR_MESSAGE: 'no permission', correlationId: 'canary-1', canary: 'true' },
      },
      fields: ['body', 'attributes'],
      lines: ['attributes: {"ERROR_MESSAGE":"no permission"}'],
    },
    {
      of: 'a message with our attributes alone is nothing',
      data: { a: { canary: 'true' } },
      fields: ['a'],
      lines: [],
    },
    {
      of: 'an event is its detail, but for our ids',
      data: { detail: { sku: 'A', empty: {}, metadata: { canary: true, correlationId: 'canary-1' } } },
      fields: ['detail'],
      lines: ['{"sku":"A","empty":{}}'],
    },
    { of: 'a whole thing is its JSON', data: { a: 1 }, fields: ['*'], lines: ['{"a":1}'] },
    { of: 'an empty text is nothing', data: { body: '' }, fields: ['body', 'log'], lines: [] },
    { of: 'what is no map is nothing', data: 7, fields: ['body'], lines: [] },
  ])('of $of', ({ data, fields, lines }) => {
    expect(quotesOf(evidenceOf(data), fields)).toEqual(lines);
  });

  it('are each quoted once, and five at the most', () => {
    const same = evidenceOf({ body: 'no stock' }, { body: 'no stock' });
    const many = evidenceOf(...Array.from({ length: 9 }, (_, n) => ({ body: `no stock of ${n}` })));

    expect(quotesOf(same, ['body'])).toEqual(['no stock']);
    expect(quotesOf(many, ['body'])).toHaveLength(5);
  });

  it('are short and free of control characters, whatever the system says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: ANY_CHARACTER, maxLength: 600 }), (value, text) => {
        const lines = quotesOf(evidenceOf({ body: value as Json, log: text }), ['body', 'log', '*']);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(240);
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        }
      }),
    );
  });

  it('are found in a bounded number of steps', () => {
    const wide = { body: { list: Array.from({ length: 100_000 }, (_, n) => ({ n, error: `no ${n}` })) } };

    expect(quotesOf(evidenceOf(wide), ['body'])).toEqual([
      'list[0].error: no 0',
      'list[1].error: no 1',
      'list[2].error: no 2',
    ]);
  });
});

describe('how duplicates differ', () => {
  it.each<{ title: string; id: (n: number) => string; data: (n: number) => Json; line: string }>([
    {
      title: 'an ARN that is the id',
      id: (n) => `arn:execution:export:${n}`,
      data: (n) => ({ arn: `arn:execution:export:${n}`, input: { n } }),
      line: 'the first two differ: input.n 1 and 2',
    },
    {
      title: 'a number of a shard that ends the id',
      id: (n) => `shard-1/4900000${n}`,
      data: (n) => ({ sequenceNumber: `4900000${n}`, body: 'x' }),
      line: 'the first two are alike, but for their ids',
    },
    {
      title: 'no key of an item, which is a part of the id',
      id: (n) => `{"orderId":"ord_${n}"}`,
      data: (n) => ({ orderId: `ord_${n}` }),
      line: 'the first two differ: orderId "ord_1" and "ord_2"',
    },
    {
      title: 'no text that identifies one of them alone',
      id: (n) => `order-number-${n}`,
      data: (n) => ({ about: n === 1 ? 'order-number-1' : 'something else' }),
      line: 'the first two differ: about "order-number-1" and "something else"',
    },
  ])('leaves out $title', ({ id, data, line }) => {
    const two = [1, 2].map((n) => ({ kind: 'thing', id: id(n), takenAtMs: 0, data: data(n) }));

    expect(differenceOf(two)).toBe(line);
  });

  it.each<{ two: readonly Json[]; line: string | undefined }>([
    { two: [{ id: 1 }], line: undefined },
    { two: [{ a: 1 }, { a: 1 }], line: 'the first two are alike, but for their ids' },
    {
      two: [
        { detail: { attempt: 1, sku: 'A' }, time: '12:00' },
        { detail: { attempt: 2, sku: 'A' }, time: '12:01', late: true },
      ],
      line: 'the first two differ: detail.attempt 1 and 2, time "12:00" and "12:01", late missing and true',
    },
    {
      two: [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
      ],
      line: 'the first two differ: [0] 1 and 7, [1] 2 and 8, [2] 3 and 9, [3] 4 and 10, and 2 more',
    },
    {
      two: ['a'.repeat(50), 'b'],
      line: `the first two differ: "${'a'.repeat(38)}… and "b"`,
    },
  ])('is $line', ({ two, line }) => {
    expect(differenceOf(evidenceOf(...two))).toBe(line);
  });
});
