import { describe, expect, it } from '@jest/globals';
import { retryPauseMs } from '../../../runner/core/network/retry-after.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

describe('the wait of a Retry-After header', () => {
  it.each([
    { header: '7', waitMs: 7_000 },
    { header: ' 0.5 ', waitMs: 500 },
    { header: ['3', '4'], waitMs: 3_000 },
    { header: 'Mon, 30 Nov 2026 12:00:30 GMT', waitMs: 30_000 },
    { header: 'Mon, 30 Nov 2026 11:00:00 GMT', waitMs: 0 },
    { header: '-5', waitMs: undefined },
    { header: 'soon', waitMs: undefined },
    { header: undefined, waitMs: undefined },
  ])('is $waitMs ms for $header', ({ header, waitMs }) => {
    expect(retryPauseMs(header, NOW)).toBe(waitMs);
  });
});
