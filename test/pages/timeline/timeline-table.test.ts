import { expect, it } from '@jest/globals';
import type { Timeline } from '../../../runner/pages/timeline/timeline.ts';
import { timelineTable } from '../../../runner/pages/timeline/timeline-table.ts';

const TIMELINE: Timeline = {
  startMs: 1_000,
  endMs: 9_000,
  lanes: [
    {
      service: 'queue <orders>',
      marks: [
        { shape: 'missing', deadlineMs: 6_000, verdict: 'failed', label: 'stored' },
        { shape: 'never', fromMs: 1_200, toMs: 4_200, verdict: 'passed', label: 'no letter' },
        { shape: 'wait', fromMs: 1_200, toMs: 6_000, verdict: 'failed', label: 'stored' },
      ],
    },
    {
      service: 'bus shop',
      marks: [
        {
          shape: 'sighting',
          happenedAtMs: 1_300,
          seenAtMs: 1_350,
          count: 2,
          verdict: 'failed',
          label: 'announced',
        },
        { shape: 'sighting', seenAtMs: 1_400, verdict: 'passed', label: 'read' },
        { shape: 'act', fromMs: 1_100, toMs: 1_200, verdict: 'passed', label: 'order' },
      ],
    },
  ],
};

it('writes every mark of a timeline as a row, in order of time', () => {
  const rows = timelineTable(TIMELINE).text.split('<tr>').slice(2);

  expect(
    rows.map((row) =>
      row
        .replace(/<\/td>/g, ' | ')
        .replace(/<[^>]*>/g, '')
        .trim(),
    ),
  ).toEqual([
    '100 ms | bus shop | order passed, took 100 ms |',
    '200 ms | queue &lt;orders&gt; | no letter passed, watched for 3 s |',
    '200 ms | queue &lt;orders&gt; | stored failed, waited 4.8 s |',
    '300 ms | bus shop | announced seen ×2 50 ms later |',
    '400 ms | bus shop | read seen |',
    '5 s | queue &lt;orders&gt; | stored expected by now, not seen |',
  ]);
});
