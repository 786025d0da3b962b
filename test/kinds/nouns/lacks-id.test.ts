import { expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import * as table from '../../../runner/kinds/nouns/table.ts';

const NOUNS: Readonly<Record<string, Noun>> = table;
const attributes = (count: number): Json =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 'x']));

it.each<{ noun: string; data: Json; why: string }>([
  { noun: 'event', data: {}, why: 'its detail does not have the id at metadata.correlationId' },
  {
    noun: 'message',
    data: { attributes: {} },
    why: 'it has no message attributes (raw delivery, an input transformer, or a sender that sets none)',
  },
  {
    noun: 'message',
    data: null,
    why: 'it has no message attributes (raw delivery, an input transformer, or a sender that sets none)',
  },
  {
    noun: 'message',
    data: { attributes: attributes(10) },
    why: 'its 10 message attributes leave no room for the id',
  },
  { noun: 'message', data: { attributes: attributes(2) }, why: 'its message attributes do not have the id' },
  { noun: 'item', data: {}, why: 'the item has no attribute with the id' },
  { noun: 'object', data: {}, why: 'neither its metadata nor its body has the id' },
  { noun: 'execution', data: {}, why: 'neither its name nor its input has the id' },
  { noun: 'record', data: {}, why: 'neither its partition key nor its body has the id' },
  { noun: 'log', data: {}, why: 'the line does not have the id' },
  { noun: 'push', data: {}, why: 'the push does not have the id' },
])('a $noun without the id gives the usual reason: $why', ({ noun, data, why }) => {
  expect(NOUNS[noun]?.lacksId?.(data, NO_PROJECT.correlation)).toBe(why);
});

it('no reason is asked of things that can carry no id', () => {
  const without = Object.values(NOUNS).filter(({ lacksId }) => lacksId === undefined);

  expect(without.map(({ name }) => name).toSorted()).toEqual(['metric', 'queue', 'response', 'trace']);
});
