import { describe, expect, it } from '@jest/globals';
import { addressFault, strangerFault } from '../../../runner/core/aws/address-faults.ts';
import { api } from '../../../runner/core/aws/resources/api.ts';
import { parameter } from '../../../runner/core/aws/resources/parameter.ts';
import { isNameOf, type Resource, strangerIn } from '../../../runner/core/aws/resources/resource.ts';
import { secret } from '../../../runner/core/aws/resources/secret.ts';
import { stack } from '../../../runner/core/aws/resources/stack.ts';
import * as named from '../../../runner/core/aws/resources/table.ts';

const long = (length: number): string => 'n'.repeat(length);

const NAMES: readonly {
  readonly resource: Resource;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}[] = [
  {
    resource: named.table,
    good: ['abc', 'Shop_Orders.v-2', long(255)],
    bad: ['ab', long(256), 'a/b', 'ä12'],
  },
  {
    resource: named.queue,
    good: ['q', 'Orders_in-1', 'orders.fifo', long(80)],
    bad: ['', 'orders.fif', 'a.b', long(81), `${long(76)}.fifo`],
  },
  { resource: named.topic, good: ['t', 'ships.fifo', long(256)], bad: ['a.b', long(257)] },
  { resource: named.bus, good: ['default', 'aws.partner/example.com/1/orders'], bad: ['a b', long(257)] },
  {
    resource: named.bucket,
    good: ['abc', 'my.bucket-1'],
    bad: ['ab', 'Abc', '-abc', 'abc-', 'a_c', long(64)],
  },
  {
    resource: named.function,
    good: ['f', 'f:live', 'f:$LATEST', 'f:12'],
    bad: ['f:', 'f:a:b', 'f.g', long(65), '$LATEST'],
  },
  { resource: named.logGroup, good: ['/aws/lambda/f', 'a.b#c_d-e'], bad: ['a:b', 'a b', long(513)] },
  {
    resource: named.stateMachine,
    good: ['orders', 'Übung(1)', 'orders:3'],
    bad: ['a b', 'a/b', 'a%b', long(81)],
  },
  { resource: secret, good: ['shop/api', 'a+b=c.d@e'], bad: ['a b', 'a:b'] },
  { resource: parameter, good: ['/shop/token', 'a.b:3'], bad: ['a b', 'a+b'] },
  { resource: stack, good: ['shop-1'], bad: ['1shop', 'a_b', long(129)] },
];

const WIDE = [
  '*',
  'a*',
  'abc*',
  '?',
  'ab?',
  "a'bc",
  'a"bc',
  'abc\n',
  'a\nbc',
  'a,bc',
  'a\\bc',
  '${abc',
  'a b c',
  'abc\u0000',
  'abc\u202e',
  '',
];

/** Step Functions takes apostrophes, and letters of any script. */
function wideFor(resource: Resource): readonly string[] {
  return resource === named.stateMachine ? WIDE.filter((name) => !/['\u202e]/.test(name)) : WIDE;
}

describe('the name of a resource', () => {
  it.each(NAMES)('is one that $resource.service can have, and no other', ({ resource, good, bad }) => {
    expect(good.filter((name) => !isNameOf(resource, name))).toEqual([]);
    expect([...bad, ...wideFor(resource)].filter((name) => isNameOf(resource, name))).toEqual([]);
  });

  it.each(NAMES)(
    'of $resource.service is refused with its grammar, alone, in an ARN and around a value',
    ({ resource }) => {
      const { service, arn, names } = resource;
      for (const name of wideFor(resource).filter((one) => one !== '' && one !== '${abc')) {
        const addresses = [
          name,
          `arn:aws:${service}:eu-west-1:123456789012:${arn.type}${name}`,
          `\${x}${name}`,
          `arn:aws:${service}:eu-west-1:\${account}:${arn.type}${name}`,
        ];
        for (const address of addresses)
          expect([address, addressFault(resource, address)]).toEqual([
            address,
            [expect.objectContaining({ message: expect.any(String) })],
          ]);
      }
      expect(addressFault(resource, '*')).toEqual([
        {
          key: resource.name,
          message: expect.stringContaining("'*' is not the name of a"),
          hint: `a name has ${names.words}`,
        },
      ]);
    },
  );

  it.each([
    'arn:aws:dynamodb:*:123456789012:table/abc',
    'arn:aws:dynamodb:eu-west-1:*:table/abc',
    'arn:*:dynamodb:eu-west-1:123456789012:table/abc',
    'arn:aws:dynamodb:eu-west-1:123456789012:*',
    'arn:aws:dynamodb:${region}:*:table/abc',
    'arn:aws:*',
  ])('is refused in an ARN with a wildcard elsewhere: %s', (address) => {
    expect(addressFault(named.table, address)).toHaveLength(1);
  });

  it.each([
    { resource: named.table, name: 'coalmine-shop-leases', label: 'table' },
    { resource: named.table, name: 'coalmine-StateTable-1ABCDEFGHIJKL', label: 'table' },
    { resource: named.queue, name: 'coalmine-shop-bus-orders', label: 'queue' },
    { resource: named.queue, name: 'coalmine-shop-topic-ships-anna', label: 'queue' },
    { resource: named.queue, name: 'coalmine-RunQueue-ABCDEFGHIJKL', label: 'queue' },
    { resource: named.queue, name: 'coalmine-prod-TopicTap3Queue-ABCDEFGHIJKL', label: 'queue' },
    { resource: named.function, name: 'coalmine-WorkerFunction-ABCDEFGHIJKL', label: 'function' },
  ])('is refused if it is one of Coalmine itself: $name', ({ resource, name, label }) => {
    const { service, arn } = resource;
    const fault = {
      key: resource.name,
      message: `'${name}' is a ${label} of Coalmine itself`,
      hint: `name a ${label} of your system`,
    };

    expect(addressFault(resource, name)).toEqual([fault]);
    expect(addressFault(resource, `arn:aws:${service}:eu-west-1:123456789012:${arn.type}${name}`)).toEqual([
      fault,
    ]);
  });

  it.each([
    { resource: named.table, name: 'shop-StateTable-1ABCDEFGHIJKL' },
    { resource: named.table, name: 'coalmine-orders' },
    { resource: named.queue, name: 'coalmine-orders-dlq' },
    { resource: named.queue, name: 'coalmine-${run.shortId}' },
    { resource: named.function, name: 'shop-WorkerFunction-ABCDEFGHIJKL' },
  ])('is taken if it only resembles one of Coalmine: $name', ({ resource, name }) => {
    expect(addressFault(resource, name)).toEqual([]);
  });
});

describe('the text around a value of a run', () => {
  it('is refused for a character that no name has, with the article of the resource', () => {
    const [fault] = strangerFault(api, 'a?${id}');

    expect(fault?.message).toBe("'a?${id}' holds '?', which the name of an API cannot have");
    expect(strangerFault(named.table, 'a b${id}')[0]?.message).toContain('the name of a table');
  });

  it('may end as the ARN of a log group does in a policy', () => {
    expect(strangerIn(named.logGroup, 'arn:aws:logs:eu-west-1:1:log-group:/aws/x:*', true)).toBeUndefined();
    expect(strangerIn(named.logGroup, 'arn:aws:logs:eu-west-1:1:log-group:*', true)).toBe('*');
  });
});
