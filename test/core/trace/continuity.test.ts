import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { IdAtHop } from '../../../runner/core/model/run-result.ts';
import { continuityOf, formatContinuity, type NamedHop } from '../../../runner/core/trace/continuity.ts';

const WHY: Partial<Record<IdAtHop, string>> = { lost: 'it lacks the id' };

/** Hops in the order of the steps, each by its name and the id there: `api sent`. */
function hopsOf(...words: readonly string[]): readonly NamedHop[] {
  return words.map((word, at) => {
    const [hop, id] = word.split(' ') as [string, IdAtHop];
    return { stepId: String(at + 1), hop, id, ...(WHY[id] === undefined ? {} : { why: WHY[id] }) };
  });
}

function wordsOf(...words: readonly string[]): string | undefined {
  const continuity = continuityOf(hopsOf(...words));
  return continuity === undefined ? undefined : formatContinuity(continuity);
}

describe('the continuity of an id', () => {
  it.each([
    { hops: ['api sent', 'bus seen', 'table seen'], words: 'the id was on 3 of 3 hops' },
    {
      hops: ['api sent', 'bus seen', 'table lost', 'topic seen'],
      words: 'the id was on 3 of 4 hops; lost between bus and table: it lacks the id',
    },
    {
      hops: ['api sent', 'bus absent', 'table absent'],
      words: 'the id was on 1 of 3 hops; last at api, and not seen at bus',
    },
    {
      hops: ['api sent', 'bus absent', 'table lost'],
      words: 'the id was on 1 of 3 hops; lost between api and bus: table: it lacks the id',
    },
    {
      hops: ['api sent', 'bus absent', 'function sent', 'table lost'],
      words: 'the id was on 2 of 4 hops; last at api, and not seen at bus',
    },
    {
      hops: ['api sent', 'bus unknown', 'table seen'],
      words: 'the id was on 2 of 2 hops; 1 more could not be seen',
    },
    {
      hops: ['api sent', 'bus unknown', 'table lost'],
      words:
        'the id was on 1 of 2 hops; lost between api and table: it lacks the id; 1 more could not be seen',
    },
    { hops: ['api sent', 'bus unknown'], words: 'the id was on 1 of 1 hop; 1 more could not be seen' },
    { hops: ['health sent', 'api sent', 'bus seen'], words: 'the id was on 2 of 2 hops' },
    { hops: ['api sent', 'bus seen', 'cancel sent'], words: 'the id was on 2 of 2 hops' },
  ])('is of $hops: $words', ({ hops, words }) => {
    expect(wordsOf(...hops)).toBe(words);
  });

  it('is none without a check that can show the id', () => {
    expect(wordsOf()).toBeUndefined();
    expect(wordsOf('api sent', 'function sent')).toBeUndefined();
  });

  it('has a gap exactly if the id was missing at a hop that could be seen', () => {
    const ids = fc.constantFrom<IdAtHop>('sent', 'seen', 'lost', 'absent', 'unknown');
    const property = fc.property(fc.array(ids, { maxLength: 12 }), (after) => {
      const { seen, of, hops, gap } = continuityOf(
        hopsOf('first sent', 'second seen', ...after.map((id, at) => `hop${at} ${id}`)),
      ) as NonNullable<ReturnType<typeof continuityOf>>;
      expect(seen).toBeLessThanOrEqual(of);
      expect(gap === undefined).toBe(seen === of);
      expect(of + hops.filter(({ id }) => id === 'unknown').length).toBe(hops.length);
    });
    fc.assert(property);
  });
});
