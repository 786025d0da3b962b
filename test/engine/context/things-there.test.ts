import { describe, expect, it } from '@jest/globals';
import { ThingsThere } from '../../../runner/engine/context/things-there.ts';

const REGION = 'eu-west-1';
const ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders';
const ELSEWHERE = 'arn:aws:dynamodb:us-east-1:111122223333:table/orders';
const ROLE = 'arn:aws:iam::999988887777:role/canaries';

function itemIn(table: string, key: Readonly<Record<string, string>> = { id: 'o1' }) {
  return { kind: 'item', input: { table, key } };
}

describe('a thing that was seen in a table', () => {
  it.each([
    { seen: 'orders', asked: 'orders', environment: {}, is: true },
    { seen: 'orders', asked: ARN, environment: { region: REGION }, is: true },
    { seen: ARN, asked: 'orders', environment: { region: REGION }, is: true },
    { seen: ARN, asked: 'orders', environment: {}, is: true },
    { seen: ARN, asked: ARN, environment: { region: 'us-east-1' }, is: true },
    { seen: ARN, asked: 'reservations', environment: {}, is: false },
    { seen: ARN, asked: 'orders', environment: { region: 'us-east-1' }, is: false },
    { seen: ARN, asked: 'orders', environment: { region: REGION, role: ROLE }, is: false },
    { seen: ARN, asked: ELSEWHERE, environment: {}, is: false },
  ])('as $seen is there as $asked in $environment: $is', ({ seen, asked, environment, is }) => {
    const things = new ThingsThere(environment);
    things.see(itemIn(seen));

    expect(things.has(itemIn(asked))).toBe(is);
    expect(things.had(itemIn(asked))).toBe(is);
  });

  it('has a key that is compared as it is written, also if it is an ARN', () => {
    const things = new ThingsThere({});
    things.see(itemIn('orders', { table: ARN }));
    things.see({ kind: 'item', input: { table: 'orders' } });

    expect(things.has(itemIn('orders', { table: 'orders' }))).toBe(false);
  });

  it('is taken back by the next act after a check missed it, under whichever name, and not before', () => {
    const things = new ThingsThere({});
    things.see(itemIn('orders'));
    things.actBegins();
    things.miss(itemIn(ARN));

    expect(things.has(itemIn('orders'))).toBe(true);
    things.actBegins();
    expect(things.has(itemIn('orders'))).toBe(false);
    expect(things.had(itemIn('orders'))).toBe(true);
    things.see(itemIn('orders'));
    expect(things.has(itemIn('orders'))).toBe(true);
  });

  it('is compared by name only in the field of a resource', () => {
    const things = new ThingsThere({});
    things.see({ kind: 'object', input: { bucket: 'inbox', key: ARN, size: 1 } });

    expect(things.has({ kind: 'object', input: { bucket: 'inbox', key: 'orders' } })).toBe(false);
    expect(things.has({ kind: 'object', input: { bucket: 1 } })).toBe(false);
    expect(things.has({ kind: 'item', input: { bucket: 'inbox' } })).toBe(false);
    expect(things.has({ kind: 'object', input: { bucket: 'inbox' } })).toBe(true);
  });
});
