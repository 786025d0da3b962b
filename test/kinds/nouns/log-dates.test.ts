import { describe, expect, it } from '@jest/globals';
import type { WatchContext } from '../../../runner/kinds/kind.ts';
import { log } from '../../../runner/kinds/nouns/compute/log.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const START = 1_700_000_000_000;

/** True if a line counts for a step that began at START, by the moments of its writer and of CloudWatch Logs, and our lead. */
async function countsOf({
  written,
  ingested,
  lead = 0,
}: {
  written: number;
  ingested: number;
  lead?: number;
}) {
  const clock = new ManualClock(START + lead);
  const send = async () => ({
    events: [
      { eventId: 'e', timestamp: START + written, ingestionTime: START + ingested, message: 'a line' },
      // One that was just taken shows how the clocks differ.
      { eventId: 'now', timestamp: START + 10, ingestionTime: START + 10, message: 'another' },
    ],
  });
  const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
  const watch = await log.open({ logGroup: 'g' }, watchContext({ clientOf, clock, correlate: false }));
  const { selected, earlier } = await watch.poll({ sinceMs: START + lead, last: true });
  const line = selected.find(({ id }) => id === 'e');
  return { counted: line !== undefined, earlier, happenedAtMs: line?.happenedAtMs };
}

describe('a line of a log', () => {
  it('counts from the moment at which it was written', async () => {
    expect(await countsOf({ written: 5, ingested: 10 })).toMatchObject({ counted: true, earlier: undefined });
    expect(await countsOf({ written: -5_000, ingested: 10 })).toMatchObject({ counted: false, earlier: 1 });
  });

  it('may be of any moment in the second of its date, if that has no milliseconds', async () => {
    expect(await countsOf({ written: -1_000, ingested: 10 })).toMatchObject({ counted: true });
    expect(await countsOf({ written: -999, ingested: 10 })).toMatchObject({ counted: false });
  });

  it('is no younger than its ingestion, whatever the clock of its writer says', async () => {
    expect(await countsOf({ written: 60_000, ingested: -5_000 })).toMatchObject({
      counted: false,
      earlier: 1,
    });
  });

  it('counts though our clock is ahead of CloudWatch’s', async () => {
    // Written 5 ms after the step began, by a clock that is a minute behind ours.
    expect(await countsOf({ written: 5, ingested: 10, lead: 50_000 })).toMatchObject({ counted: true });
  });

  it('did not happen after it was seen', async () => {
    const { happenedAtMs } = await countsOf({ written: 5, ingested: 10, lead: 50_000 });

    expect(happenedAtMs).toBeLessThanOrEqual(START + 50_000 + 20);
  });
});
