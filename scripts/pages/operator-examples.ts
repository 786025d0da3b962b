import type { Json } from '../../runner/core/base/json.ts';

/** A pattern of an operator, as the operand alone, with values that it matches and values that it does not match. */
export interface OperatorExample {
  readonly operand: Json;
  readonly matches: readonly Json[];
  readonly differs: readonly Json[];
  /** A rule that the values do not show. */
  readonly note?: string;
}

/** An example of each operator, by its word. */
export const OPERATOR_EXAMPLES: Readonly<Record<string, OperatorExample>> = {
  $above: { operand: 0, matches: [1, 0.01], differs: [0, -1, '1'] },
  $atLeast: { operand: 2, matches: [2, 3], differs: [1, '2'] },
  $below: { operand: '800ms', matches: ['799ms', '0.5s'], differs: ['800ms', '1s', 500] },
  $atMost: { operand: 99.5, matches: [99.5, 12], differs: [99.51, null] },
  $after: {
    operand: '2026-01-31T12:00:00Z',
    matches: ['2026-01-31T13:30:00+01:00'],
    differs: ['2026-01-31T12:00:00Z', '2026-02-01'],
    note: 'The operand and the value need a zone. A value of a run, such as `${run.startedAt}`, may be the operand.',
  },
  $before: {
    operand: '2026-01-31T12:00:00Z',
    matches: ['2026-01-31T11:59:59.999Z'],
    differs: ['2026-01-31T12:00:00Z', 'yesterday'],
  },
  $oneOf: {
    operand: ['PLACED', 'PAID', { $startsWith: 'SHIPPED' }],
    matches: ['PAID', 'SHIPPED_TODAY'],
    differs: ['CANCELLED', 'paid'],
    note: 'Each entry may be a pattern.',
  },
  $not: {
    operand: 'CANCELLED',
    matches: ['PLACED', 0],
    differs: ['CANCELLED'],
    note: 'A field that is missing does not match. To say that there must be none, write `$exists: false`.',
  },
  $matches: {
    operand: '^ord_[0-9a-f]{8}$',
    matches: ['ord_66384b22'],
    differs: ['ORD_66384B22', 'my ord_66384b22', 66384],
    note: 'The pattern is [RE2](https://github.com/google/re2/wiki/Syntax), and is found anywhere. Anchor it with `^` and `$`.',
  },
  $startsWith: { operand: 'ord_', matches: ['ord_1'], differs: ['Ord_1', ''] },
  $endsWith: { operand: '.pdf', matches: ['inv_1.pdf'], differs: ['inv_1.PDF', 'inv_1.pdf '] },
  $contains: {
    operand: 'out of stock',
    matches: ['CANARY-SKU-1 is out of stock'],
    differs: ['Out of stock', ['out of stock']],
    note: 'For a list, use `$includes`.',
  },
  $includes: {
    operand: { sku: 'CANARY-SKU-1' },
    matches: [[{ sku: 'A' }, { sku: 'CANARY-SKU-1', qty: 1 }]],
    differs: [[{ sku: 'A' }], { sku: 'CANARY-SKU-1' }],
    note: 'With a list, each of its patterns needs an element of its own: `$includes: [a, a]` needs two.',
  },
  $every: {
    operand: { status: 'DONE' },
    matches: [[{ status: 'DONE' }, { status: 'DONE', id: 2 }]],
    differs: [[{ status: 'DONE' }, { status: 'OPEN' }], []],
  },
  $count: {
    operand: { $atLeast: 1, $atMost: 3 },
    matches: [['a'], 'abc', { a: 1, b: 2 }],
    differs: [[], [1, 2, 3, 4], 2],
    note: 'It takes a whole number too: `$count: 3`. It counts what is in a value; the key `count` of a check counts things.',
  },
  $exists: {
    operand: false,
    matches: [],
    differs: [null, 'x'],
    note: 'With `false` it matches a field that is missing. A field with the value `null` is there.',
  },
  $type: { operand: 'number', matches: [1, 0.5], differs: ['1', true, null] },
  $exactly: {
    operand: { sku: 'A', qty: 1 },
    matches: [{ qty: 1, sku: 'A' }],
    differs: [{ sku: 'A', qty: 1, price: 5 }, { sku: 'A' }],
    note: 'Other maps match in part: `{ sku: A }` without `$exactly` matches all three values that have `sku: A`.',
  },
  $literal: {
    operand: { $ref: 'orders' },
    matches: [{ $ref: 'orders' }],
    differs: [{ $ref: 'invoices' }],
    note: 'Within it, no key is an operator.',
  },
};
