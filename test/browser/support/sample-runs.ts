import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { AroundRun } from '../../../runner/pages/run/around.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';

/** Start of the run that `AROUND` is about, epoch milliseconds. */
export const AROUND_AT_MS = 1_700_000_000_000;

/** Everything that may be known around a run. */
export const AROUND: AroundRun = {
  times: Array.from({ length: 40 }, (_, index) => [
    { name: 'The orders API takes an order', ms: 20 + index },
    { name: 'The orders table holds it', ms: 150 + 3 * index },
  ]),
  since: {
    verdict: 'failed',
    firstMs: AROUND_AT_MS - 600_000,
    runs: 3,
    others: 1,
    lastPassMs: AROUND_AT_MS - 900_000,
    isAtLeast: false,
  },
  comparison: {
    pass: { runId: runIdOf(7), startedAtMs: AROUND_AT_MS - 900_000, isLater: false },
    definition: 'changed',
    hops: [
      {
        stepId: '4',
        step: 'The topic notifies the warehouse',
        hop: 'topic shop-shipments',
        is: 'missing',
        beforeMs: 154,
      },
    ],
    fields: [
      {
        stepId: '2',
        step: 'The bus carries OrderPlaced',
        hop: 'bus shop',
        path: 'detail.qty',
        operator: 'equals',
        before: 3,
        now: '3',
      },
    ],
    times: [
      {
        stepId: '3',
        step: 'The orders table holds it',
        hop: 'table shop-orders',
        beforeMs: 160,
        nowMs: 4_200,
        longestMs: 300,
        passes: 40,
      },
    ],
    unread: ['The orders API takes an order'],
    omitted: 2,
  },
  changes: {
    fromMs: AROUND_AT_MS - 900_000,
    toMs: AROUND_AT_MS,
    changes: [{ atMs: AROUND_AT_MS - 700_000, resource: 'function shop-store-order', what: 'was updated' }],
    unread: [{ resource: 'stack shop', why: 'You may not call cloudformation:DescribeStackEvents.' }],
  },
  links: [
    { label: 'Logs', url: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1' },
  ],
  pages: {
    fleet: '../index.html',
    canary: '../canaries/a.html',
    incident: '../incidents/a.html',
    previous: 'a.html',
    next: 'b.html',
  },
};

const MARKUP = `</pre></style><script>document.title='taken'</script><img src=x onerror="document.title='taken'">`;
const LONG = 'a-name-without-any-space-'.repeat(40);
const HOSTILE = `${MARKUP}\u202e${LONG}`;

export const HOSTILE_AROUND: AroundRun = {
  sources: { '1': HOSTILE },
  links: [{ label: MARKUP, url: 'javascript:document.title="taken"' }],
  changes: {
    fromMs: AROUND_AT_MS,
    toMs: AROUND_AT_MS,
    changes: [{ atMs: AROUND_AT_MS, resource: HOSTILE, what: MARKUP }],
    unread: [{ resource: MARKUP, why: HOSTILE }],
  },
  times: Array.from({ length: 5 }, () => [{ name: HOSTILE, ms: 1 }]),
};

/** A run whose every text is markup, and longer than any screen is wide. */
export function hostileRun(): RunResult {
  const check = {
    path: HOSTILE,
    operator: 'equals',
    expected: HOSTILE,
    actual: HOSTILE,
    ok: false,
    note: HOSTILE,
  };
  const evidence = [{ kind: MARKUP, id: HOSTILE, takenAtMs: AROUND_AT_MS, data: { [HOSTILE]: HOSTILE } }];
  const step = stepResultOf({
    verdict: 'failed',
    name: HOSTILE,
    reason: HOSTILE,
    hop: HOSTILE,
    nearby: [HOSTILE],
    quotes: [{ text: HOSTILE, own: true }],
    saved: { [MARKUP]: HOSTILE },
    at: { file: HOSTILE, line: 1, column: 1 },
    checks: [check],
    evidence,
    timeToEffectMs: 1,
  });
  return resultOf({
    verdict: 'failed',
    canary: HOSTILE,
    owner: HOSTILE,
    environment: MARKUP,
    runbook: `javascript:${MARKUP}`,
    trail: [{ hop: HOSTILE, afterMs: 1, stepId: '1', evidenceId: '1', note: MARKUP }],
    steps: [step, { ...step, stepId: '2', evidence: [], hop: MARKUP }],
  });
}
