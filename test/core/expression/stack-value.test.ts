import { describe, expect, it } from '@jest/globals';
import {
  cdkLogicalId,
  nestedStackAt,
  nestedStackIds,
  resourceAt,
  type StackResource,
  stackValueOf,
} from '../../../runner/core/expression/stack-value.ts';

const ARN = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/0a1b-2c';

describe('a value of a stack', () => {
  it.each([
    { name: 'shop.ApiUrl', value: { stack: 'shop', path: [], output: 'ApiUrl' } },
    { name: 'shop/Orders', value: { stack: 'shop', path: ['Orders'] } },
    { name: 'shop/Nested/Orders', value: { stack: 'shop', path: ['Nested', 'Orders'] } },
    { name: 'shop/Nested.ApiUrl', value: { stack: 'shop', path: ['Nested'], output: 'ApiUrl' } },
    { name: `${ARN}/Orders`, value: { stack: ARN, path: ['Orders'] } },
    { name: `${ARN}.ApiUrl`, value: { stack: ARN, path: [], output: 'ApiUrl' } },
    { name: 'shop-${env.name}/Orders', value: { stack: 'shop-${env.name}', path: ['Orders'] } },
    { name: '${ssm:/shop/stack}.Url', value: { stack: '${ssm:/shop/stack}', path: [], output: 'Url' } },
    { name: 'shop/${env.name}', value: undefined },
    { name: ARN, value: undefined },
    { name: 'shop', value: undefined },
    { name: 'shop/a b', value: undefined },
  ])('is taken out of $name', ({ name, value }) => {
    expect(stackValueOf(name)).toEqual(value);
  });
});

/** Logical ids as CDK 2 made them. */
describe('the logical id of a CDK construct', () => {
  it.each([
    { path: ['Orders'], id: 'Orders' },
    { path: ['my-orders'], id: 'myorders' },
    { path: ['Default', 'Orders', 'Default'], id: 'Orders' },
  ])('of one id is that id: $path', ({ path, id }) => {
    expect(cdkLogicalId(path)).toBe(id);
  });

  it('ends in eight hexadecimal digits, and repeats no id', () => {
    expect(cdkLogicalId(['Orders', 'Orders', 'Queue', 'Resource'])).toMatch(/^OrdersQueue[0-9A-F]{8}$/);
    expect(cdkLogicalId(['MyQueue', 'Queue', 'Queue', 'Resource'])).toMatch(/^MyQueue[0-9A-F]{8}$/);
    expect(cdkLogicalId([...Array.from({ length: 60 }, (_, n) => `Long${n}`)])).toHaveLength(248);
  });
});

const made = (logicalId: string, type = 'AWS::SQS::Queue'): StackResource => ({
  logicalId,
  type,
  physicalId: `physical-${logicalId}`,
});
const NESTED = 'AWS::CloudFormation::Stack';

describe('a resource of a stack', () => {
  const hashed = cdkLogicalId(['Orders', 'Queue', 'Resource']);
  const bare = cdkLogicalId(['Orders', 'Rule']);
  const nested = cdkLogicalId(['Inner.NestedStack', 'Inner.NestedStackResource']);
  const resources = [made('Orders'), made(hashed), made(bare), made('Inner2', NESTED), made(nested, NESTED)];

  it.each([
    { path: ['Orders'], id: 'Orders' },
    { path: ['Orders', 'Queue'], id: hashed },
    { path: ['Orders', 'Rule'], id: bare },
    { path: ['Orders', 'Topic'], id: undefined },
    { path: [hashed], id: hashed },
  ])('is found at $path', ({ path, id }) => {
    expect(resourceAt(path, resources)?.logicalId).toBe(id);
  });

  it.each([
    { path: ['Inner2'], id: 'Inner2' },
    { path: ['Inner'], id: nested },
    { path: ['Orders'], id: undefined },
    { path: ['Inner', 'Inner2'], id: undefined },
  ])('is a nested stack at $path', ({ path, id }) => {
    expect(nestedStackAt(path, resources)?.logicalId).toBe(id);
    if (id !== undefined) expect(nestedStackIds(path)).toContain(id);
  });
});
