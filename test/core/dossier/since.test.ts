import { describe, expect, it } from '@jest/globals';
import { sinceLabel, sinceRuns } from '../../../runner/core/dossier/since.ts';
import type { FailingSince } from '../../../runner/core/store/failing-since.ts';

const FIRST: FailingSince = { verdict: 'failed', firstMs: 0, runs: 1, others: 0, isAtLeast: false };

describe('the runs since a canary fails', () => {
  it.each<{ readonly since: Partial<FailingSince>; readonly label: string; readonly text: string }>([
    { since: {}, label: 'Since', text: 'the first run that failed' },
    { since: { runs: 3, others: 1 }, label: 'Since', text: '3 runs failed; 1 run could not check' },
    { since: { verdict: 'error' }, label: 'Not checked since', text: 'the first run that could not check' },
    {
      since: { verdict: 'error', runs: 2, others: 2 },
      label: 'Not checked since',
      text: '2 runs could not check; 2 runs failed',
    },
  ])('are "$text"', ({ since, label, text }) => {
    expect([sinceLabel({ ...FIRST, ...since }), sinceRuns({ ...FIRST, ...since })]).toEqual([label, text]);
  });
});
