import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import { compare, explained } from '../../../runner/core/evidence/unread.ts';
import { match } from '../../../runner/core/matching/matcher.ts';
import type { Check, Unread } from '../../../runner/core/model/run-result.ts';

const TEXT: readonly Unread[] = [{ path: 'body', why: 'its body is not JSON' }];
const ABSENT: readonly Unread[] = [{ path: 'body', why: 'its body lies elsewhere', absent: true }];
const LINE: readonly Unread[] = [{ path: '', why: 'its line is not JSON' }];

const compared = (pattern: Json, data: Json, unread?: readonly Unread[]) =>
  compare(match(pattern, data), unread === undefined ? {} : { unread }).holds;

describe('a comparison with something that could not be read', () => {
  const xml = { body: '<order><status>FAILED</status></order>', attributes: { kind: 'order' } };

  it.each<[title: string, pattern: Json, holds: 'yes' | 'no' | 'undecided']>([
    ['fields of a text', { body: { status: 'FAILED' } }, 'undecided'],
    ['a list that a text may hold', { body: [{ status: 'FAILED' }] }, 'undecided'],
    ['an element of a list that a text may hold', { body: { $includes: 'FAILED' } }, 'undecided'],
    ['one of several maps', { body: { $oneOf: [{ status: 'FAILED' }, 'x'] } }, 'undecided'],
    ['one of several lists', { body: { $oneOf: [['FAILED']] } }, 'undecided'],
    ['not a map', { body: { $not: { status: 'PLACED' } } }, 'undecided'],
    ['the text itself', { body: { $contains: 'FAILED' } }, 'yes'],
    ['another text', { body: 'FAILED' }, 'no'],
    ['one of several texts', { body: { $oneOf: ['FAILED', 'LOST'] } }, 'no'],
    ['its length', { body: { $count: { $atLeast: 99 } } }, 'no'],
    ['fields, and something else that holds', { body: { a: 1 }, attributes: { kind: 'order' } }, 'undecided'],
    ['fields, and something else that does not', { body: { a: 1 }, attributes: { kind: 'x' } }, 'no'],
  ])('%s', (_, pattern, holds) => {
    expect(compared(pattern, xml, TEXT)).toBe(holds);
  });

  it('leaves nothing decided of what lies elsewhere, and all of the rest', () => {
    const data = { body: null, attributes: { kind: 'order' } };

    expect(compared({ body: 'x' }, data, ABSENT)).toBe('undecided');
    expect(compared({ body: { status: { $exists: false } } }, data, ABSENT)).toBe('undecided');
    expect(compared({ attributes: { kind: 'order' } }, data, ABSENT)).toBe('yes');
    expect(compared({ body: 'x', attributes: { kind: 'refund' } }, data, ABSENT)).toBe('no');
    expect(compare(match({ body: 'x' }, data), { unread: [...TEXT, ...ABSENT] })).toEqual({
      holds: 'undecided',
      why: 'its body lies elsewhere',
      absent: true,
    });
  });

  it('leaves the fields of a line undecided that has none, and not those that it has', () => {
    const line = { message: 'ERROR broken', timestamp: 1 };

    expect(compared({ level: 'ERROR' }, line, LINE)).toBe('undecided');
    expect(compared({ level: { $exists: false } }, line, LINE)).toBe('undecided');
    expect(compared({ message: { $contains: 'ERROR' } }, line, LINE)).toBe('yes');
    expect(compared({ level: 'ERROR', message: { $contains: 'WARN' } }, line, LINE)).toBe('no');
  });

  it.each<[text: Json, holds: 'no' | 'undecided']>([
    ['{"status":"FAILED"}', 'undecided'],
    [' <status>FAILED</status>', 'undecided'],
    ['"{\\"status\\":\\"FAILED\\"}"', 'undecided'],
    ['done({"status":"FAILED"})', 'undecided'],
    [')]}\',{"status":"FAILED"}', 'undecided'],
    [Buffer.from('{"status":"FAILED"}').toString('base64'), 'undecided'],
    [gzipSync('{"status":"FAILED"}').toString('base64'), 'undecided'],
    ['PlacedByCustomerService', 'no'],
    ['eyJzdGF0', 'no'],
    ['none', 'no'],
    [7, 'no'],
  ])('inside other data: %j where fields are asked for is %s', (payload, holds) => {
    expect(compared({ detail: { payload: { status: 'FAILED' } } }, { detail: { payload } })).toBe(holds);
  });

  it.each<[title: string, pattern: Json, records: Json, holds: 'yes' | 'no' | 'undecided']>([
    [
      'an element of a list',
      { $includes: { body: { status: 'FAILED' } } },
      [{ body: 1 }, { body: '{}' }],
      'undecided',
    ],
    [
      'an element beside one that fits',
      { $includes: { body: { a: 1 } } },
      [{ body: '{}' }, { body: { a: 1 } }],
      'yes',
    ],
    ['no element', { $includes: { body: { a: 1 } } }, [{ body: 'none' }], 'no'],
    ['one of several forms', { $oneOf: [{ a: 1 }, { body: { b: 1 } }] }, { body: '{}' }, 'undecided'],
    ['what must not be', { $not: { body: { status: 'FAILED' } } }, { body: '{}' }, 'undecided'],
    ['what must not be, and is', { $not: { body: '{}' } }, { body: '{}' }, 'no'],
  ])('within an operator: %s', (_, pattern, records, holds) => {
    expect(compared({ detail: { records: pattern } }, { detail: { records } })).toBe(holds);
  });

  it.each<[body: Json, holds: 'no' | 'undecided']>([
    ['Successfully completed', 'undecided'],
    ['<order/>', 'undecided'],
    ['', 'no'],
    [null, 'no'],
  ])('of a body that is %j where fields are asked for is %s', (body, holds) => {
    expect(compared({ body: { status: 'FAILED' } }, { body })).toBe(holds);
    expect(compared({ body: { $exists: true } }, { body })).toBe('yes');
  });

  it('is decided where all was read', () => {
    expect(compare([], {})).toEqual({ holds: 'yes' });
    expect(compared({ a: [{ b: 1 }] }, { a: [{ b: 1 }] }, TEXT)).toBe('yes');
    expect(compared({ list: [{ b: 1 }, 2] }, { list: [{ b: 1 }] }, [{ path: 'list', why: 'x' }])).toBe('no');
  });
});

describe('a comparison with text that has bytes which are no characters', () => {
  const mangled: readonly Unread[] = [{ path: 'body', why: 'its bytes are not UTF-8', mangled: true }];
  const data = {
    status: 200,
    body: { name: 'M\uFFFDller', state: 'ok', id: JSON.rawJSON('12345678901234567890') },
  };

  it.each<[title: string, pattern: Json, holds: 'yes' | 'no' | 'undecided']>([
    ['the text itself', { body: { name: 'Müller' } }, 'undecided'],
    ['a part of it', { body: { name: { $contains: 'ü' } } }, 'undecided'],
    ['a part of it that is there', { body: { name: { $contains: 'ller' } } }, 'yes'],
    ['another text', { body: { state: 'failed' } }, 'no'],
    ['both', { body: { name: 'Müller', state: 'failed' } }, 'no'],
    ['something else', { status: 500 }, 'no'],
    ['a field that is not there', { body: { error: 'x' } }, 'no'],
    ['a number that no double holds', { body: { id: 1 } }, 'no'],
  ])('of %s', (_title, pattern, holds) => {
    expect(compared(pattern, data, mangled)).toBe(holds);
  });
});

describe('checks next to what explains them', () => {
  const failed: Check = { path: 'body.name', operator: 'equals', expected: 'a', actual: 'b', ok: false };

  it('get the words that are about their path, if they do not hold', () => {
    const held_ = { ...failed, ok: true };
    const noted = { ...failed, note: 'before' };
    const elsewhere = { ...failed, path: 'status' };
    const unread = [{ path: 'body', why: 'its bytes are not UTF-8' }];

    expect(explained([failed, noted, held_, elsewhere], { unread })).toEqual([
      { ...failed, note: 'its bytes are not UTF-8' },
      { ...noted, note: 'before; its bytes are not UTF-8' },
      held_,
      elsewhere,
    ]);
  });

  it('stay as they are where nothing explains them', () => {
    const checks = [failed];

    expect(explained(checks, {})).toBe(checks);
  });

  it('puts a note next to a failing check alone, and leaves it decided', () => {
    const ok = { path: 'updated', operator: 'equals', expected: false, actual: false, ok: true };
    const differs = { ...ok, expected: true, ok: false };
    const notes = [{ path: 'updated', why: 'there is no such item' }];
    const shown = explained([ok, differs], { notes });

    expect(shown).toEqual([ok, { ...differs, note: 'there is no such item' }]);
    expect(compare(shown, {})).toEqual({ holds: 'no' });
  });
});
