import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, playEvents, START_MS } from '../../support/alerts/alerts.ts';

describe('what people do', () => {
  it.each([
    { script: 'silence:3d', hours: 24 },
    { script: 'silence:24h', hours: 24 },
    { script: 'silence:5h', hours: 5 },
  ])('is kept with its author and its end: $script lasts $hours hours', ({ script, hours }) => {
    const atMs = START_MS + 1_000;

    expect(playEvents(script).at(-1)?.state.silence).toEqual({
      reason: 'why',
      by: 'ann',
      atMs,
      untilMs: atMs + hours * HOUR_MS,
    });
  });

  it.each([
    { script: 'F F ack:3d', hours: 24 },
    { script: 'F F ack:5h', hours: 5 },
  ])('is kept with the last notified incident: $script lasts $hours hours', ({ script, hours }) => {
    const { state, event } = playEvents(script).at(-1) ?? {};

    expect(state?.target.lastNotified?.ack).toEqual({
      by: 'ann',
      atMs: event?.nowMs,
      severity: 'warning',
      untilMs: (event?.nowMs ?? 0) + hours * HOUR_MS,
    });
  });

  it('is forgotten once it is undone', () => {
    expect(playEvents('pause').at(-1)?.state.pause).toEqual({
      reason: 'why',
      by: 'ann',
      atMs: START_MS + 1_000,
    });
    expect(playEvents('pause resume').at(-1)?.state.pause).toBeUndefined();
    expect(playEvents('pause delete').at(-1)?.state.pause).toBeUndefined();
    expect(playEvents('silence:1h unsilence').at(-1)?.state.silence).toBeUndefined();
  });
});
