import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../runner/core/model/run-result.ts';
import { saveFrom } from '../../../runner/engine/steps/save-values.ts';

type Found = Pick<Evidence, 'data' | 'truncated' | 'unread'>;

const save = (path: string, found: Found) => saveFrom({ save: { it: path } }, 'object', found);
const ARCHIVED: Found = {
  data: { size: 3 },
  unread: [{ path: 'body', why: 'it is archived', absent: true }],
};
const CUT: Found = { data: { size: 3, body: 'abc' }, truncated: ['body'] };
const PARTLY: Found = {
  data: { metadata: { team: 'shop' } },
  unread: [{ path: 'metadata', why: 'S3 left out 1' }],
};
const GARBLED: Found = {
  data: { body: 'x' },
  unread: [{ path: 'body', why: 'it is not gzip', garbled: true }],
};
const TEXT: Found = { data: { message: 'x' }, unread: [{ path: '', why: 'it is text' }] };

describe('what a step saves', () => {
  it.each([
    ['object.size', ARCHIVED, { saved: { it: 3 } }],
    ['object.size', CUT, { saved: { it: 3 } }],
    ['object.other', ARCHIVED, { missing: "object.other is missing, so 'it' could not be saved" }],
    ['object.metadata.team', PARTLY, { saved: { it: 'shop' } }],
    ['object.message', TEXT, { saved: { it: 'x' } }],
  ])('is %s, as far as it was read', (path, found, outcome) => {
    expect(save(path, found)).toEqual(outcome);
  });

  it.each([
    ['object.body', ARCHIVED, 'it is archived'],
    ['object.body.total', ARCHIVED, 'it is archived'],
    ['object', ARCHIVED, 'it is archived'],
    ['object.body', CUT, "'body' was truncated at its size limit"],
    ['object.body[0]', CUT, "'body' was truncated at its size limit"],
    ['object', CUT, "'body' was truncated at its size limit"],
    ['object.metadata.owner', PARTLY, 'S3 left out 1'],
    ['object.level', TEXT, 'it is text'],
    ['object.body', GARBLED, 'it is not gzip'],
  ])('is not %s, if that was not read', (path, found, why) => {
    expect(() => save(path, found)).toThrow(
      expect.objectContaining({
        blame: 'observer',
        permanent: true,
        message: `${path} cannot be saved: ${why}.`,
      }),
    );
  });

  it.each([
    ['/orders/(.*)', { saved: { it: '42?x=1' } }],
    ['/orders/([^?]+)', { saved: { it: '42' } }],
    ['[0-9]+', { saved: { it: '42' } }],
    ['orders/(?:[0-9]+)', { saved: { it: 'orders/42' } }],
    ['/orders/42(z)?', { missing: "object.at has no part like /orders/42(z)?, so 'it' could not be saved" }],
    ['42[?]x=1(.*)', { missing: "object.at has no part like 42[?]x=1(.*), so 'it' could not be saved" }],
    ['/carts/(.*)', { missing: "object.at has no part like /carts/(.*), so 'it' could not be saved" }],
  ])('is the part like %s', (match, outcome) => {
    const found = { data: { at: 'https://shop.example/orders/42?x=1' } };

    expect(saveFrom({ save: { it: 'object.at' }, match: { it: match } }, 'object', found)).toEqual(outcome);
  });

  it('is no part of what is not text', () => {
    expect(saveFrom({ save: { it: 'object.size' }, match: { it: '3' } }, 'object', ARCHIVED)).toEqual({
      missing: "object.size is 3, and no text, so 'it' could not be saved",
    });
  });
});
