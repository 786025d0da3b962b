import { describe, expect, it } from '@jest/globals';
import { fieldsSeen } from '../../../runner/core/matching/fields-seen.ts';

const SAVE = {};

describe('the fields that a check looks at', () => {
  it.each([
    ['none', {}, []],
    ['those of has', { has: { status: 'PLACED', total: { $above: 3, $below: 5 } } }, ['status', 'total']],
    ['those of where', { where: { sku: { $exists: false } } }, ['sku']],
    ['each once', { has: { sku: 'a' }, where: { sku: { $not: 'b' } } }, ['sku']],
    ['those inside an operator', { has: { $not: { status: 'FAILED' } } }, ['status']],
    ['those of each choice', { has: { $oneOf: [{ status: 'A' }, { state: 'B' }] } }, ['status', 'state']],
    ['those of plain data', { has: { $literal: { $ref: 'x' } } }, ['$ref']],
    ['none for its type', { has: { $type: 'map' } }, []],
    ['all for its length', { has: { $count: { $above: 2 } } }, 'all'],
    ['all if no other may be there', { where: { $exactly: { id: 'a' } } }, 'all'],
    ['the first part of what is saved', { save: { total: 'item.total.amount' } }, ['total']],
    ['all if the whole thing is saved', { save: { order: 'item' } }, 'all'],
  ])('are %s', (_, check, fields) => {
    expect(fieldsSeen({ save: SAVE, ...check })).toEqual(fields);
  });
});
