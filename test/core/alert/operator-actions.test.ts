import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, STORY_AT_MS, tell } from '../../support/alerts/alerts.ts';

describe('what people do', () => {
  it.each([
    { story: 'silence:3d', hours: 24 },
    { story: 'silence:24h', hours: 24 },
    { story: 'silence:5h', hours: 5 },
  ])('is kept with its author and its end: $story lasts $hours hours', ({ story, hours }) => {
    const atMs = STORY_AT_MS + 1_000;

    expect(tell(story).at(-1)?.state.silence).toEqual({
      reason: 'why',
      by: 'ann',
      atMs,
      untilMs: atMs + hours * HOUR_MS,
    });
  });

  it.each([
    { story: 'F F ack:3d', hours: 24 },
    { story: 'F F ack:5h', hours: 5 },
  ])('is kept with what people were told: $story lasts $hours hours', ({ story, hours }) => {
    const { state, event } = tell(story).at(-1) ?? {};

    expect(state?.target.lastNotified?.ack).toEqual({
      by: 'ann',
      severity: 'warning',
      untilMs: (event?.nowMs ?? 0) + hours * HOUR_MS,
    });
  });

  it('is forgotten once it is undone', () => {
    expect(tell('pause').at(-1)?.state.pause).toEqual({
      reason: 'why',
      by: 'ann',
      atMs: STORY_AT_MS + 1_000,
    });
    expect(tell('pause resume').at(-1)?.state.pause).toBeUndefined();
    expect(tell('pause delete').at(-1)?.state.pause).toBeUndefined();
    expect(tell('silence:1h unsilence').at(-1)?.state.silence).toBeUndefined();
  });
});
