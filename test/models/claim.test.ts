import { describe, expect, it } from '@jest/globals';
import { sampleSize } from '../support/effort.ts';
import { type Bounds, explore, type Variant } from './claim-model.ts';

const TWO: Bounds = { workers: 2, crashes: 2, lostAnswers: 2 };
const THREE: Bounds = { workers: 3, crashes: sampleSize({ small: 1, full: 2, long: 2 }), lostAnswers: 1 };

describe('the protocol of a slot', () => {
  it.each([
    { title: 'two workers', bounds: TWO },
    { title: 'three workers', bounds: THREE },
  ])('keeps its promises in every order of events, with $title', ({ bounds }) => {
    const { states, broken } = explore('spec', bounds);

    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(2_000);
  });

  it.each<{ title: string; variant: Variant; bounds: Bounds; breaks: RegExp }>([
    {
      title: 'a worker that takes its own claim for another’s, when the answer was lost',
      variant: 'naiveAck',
      bounds: { workers: 1, crashes: 0, lostAnswers: 1 },
      breaks: /^C4/,
    },
    {
      title: 'a commit that does not look at owner and fence',
      variant: 'unfenced',
      bounds: { workers: 1, crashes: 0, lostAnswers: 0 },
      breaks: /^C1/,
    },
    {
      title: 'a worker that takes over what has expired',
      variant: 'takeover',
      bounds: { workers: 2, crashes: 0, lostAnswers: 0 },
      breaks: /^C[12]/,
    },
    {
      title: 'a slot that is never swept',
      variant: 'unswept',
      bounds: { workers: 1, crashes: 1, lostAnswers: 0 },
      breaks: /^C3/,
    },
  ])('catches $title', ({ variant, bounds, breaks }) => {
    const { broken } = explore(variant, bounds);

    expect(broken?.promise).toMatch(breaks);
    expect(broken?.trace.length).toBeGreaterThan(2);
    expect(explore(variant, TWO).broken).toBeDefined();
    expect(explore('spec', bounds).broken).toBeUndefined();
  });
});
