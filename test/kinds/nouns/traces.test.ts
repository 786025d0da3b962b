import type { BatchGetTracesCommandOutput } from '@aws-sdk/client-xray';
import { describe, expect, it } from '@jest/globals';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { trace } from '../../../runner/kinds/nouns/compute/trace.ts';
import { canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

type Page = Partial<BatchGetTracesCommandOutput>;

/** X-Ray that gives these pages, the last one again and again. */
async function run(mode: 'expect' | 'never', has: Json, pages: readonly Page[]) {
  let at = 0;
  const send = async ({
    constructor,
    input,
  }: {
    readonly constructor: { readonly name: string };
    input: JsonMap;
  }) => {
    if (constructor.name === 'GetTraceSegmentDestinationCommand') return { Destination: 'XRay' };
    at = input['NextToken'] === undefined ? 0 : Number(input['NextToken']);
    return pages[at];
  };
  const engine: Partial<Engine> = {
    nouns: { trace },
    clientOf: (() => ({ send })) as unknown as Engine['clientOf'],
  };
  const asked = { kind: 'trace', has };
  const step =
    mode === 'expect'
      ? expectStep('it', { ...asked, withinMs: 50 })
      : neverStep('it', { ...asked, forMs: 50 });
  const { steps } = await new RunHarness().run(canaryOf({}, step), { engine });
  return steps[0];
}

function segments(...all: readonly (JsonMap | string)[]): Page {
  const Segments = all.map((one) => ({ Document: typeof one === 'string' ? one : JSON.stringify(one) }));
  return { Traces: [{ Segments }] };
}

const API = { name: 'api', start_time: 1, end_time: 2 };
const WORKER = { name: 'worker', start_time: 2, in_progress: true };
const FAULTS = { faults: { $above: 0 } };

describe('a trace that X-Ray does not show in full', () => {
  it.each([
    [
      'left unread',
      { Traces: [], UnprocessedTraceIds: ['1-a-b'] },
      'did not read the trace (UnprocessedTraceIds)',
    ],
    ['too large', { Traces: [{ ...segments(API).Traces?.[0], LimitExceeded: true }] }, 'LimitExceeded'],
    ['not readable', segments('{"name":'), 'A segment of the trace is not JSON'],
  ] satisfies readonly (readonly [string, Page, string])[])(
    'is an error of the observer: %s',
    async (_, page, words) => {
      for (const mode of ['never', 'expect'] as const) {
        expect(await run(mode, FAULTS, [page])).toMatchObject({
          verdict: 'error',
          blame: 'observer',
          reason: expect.stringContaining(words),
        });
      }
    },
  );

  it('is read through all its pages', async () => {
    const pages = [{ ...segments(API), NextToken: '1' }, segments({ ...API, fault: true })];

    expect(await run('never', FAULTS, pages)).toMatchObject({ verdict: 'failed' });
  });

  it('is reported as missing, since a never passes over it', async () => {
    expect(await run('never', FAULTS, [{ Traces: [] }])).toMatchObject({
      verdict: 'passed',
      reason: expect.stringMatching(/^none in .*; X-Ray has no segment of this run$/),
      nearby: ['X-Ray has no segment of this run'],
    });
  });
});

describe('a segment that is still in progress', () => {
  const OPEN = 'the segment of worker is still in progress';

  it.each([
    ['never', FAULTS, [API, WORKER], 'error', OPEN],
    ['never', { duration: { $above: '5s' } }, [API, WORKER], 'error', OPEN],
    ['never', FAULTS, [API, { in_progress: true }], 'error', 'the segment of a service is still in progress'],
    ['never', FAULTS, [{ ...WORKER, in_progress: false, subsegments: [WORKER] }], 'error', OPEN],
    ['never', FAULTS, [{ ...API, fault: true }, WORKER], 'failed', '1 trace was seen'],
    ['never', { services: { $includes: 'returns' } }, [API, WORKER], 'passed', 'none in'],
    ['expect', { faults: 0 }, [API, WORKER], 'error', OPEN],
    ['expect', { services: { $includes: 'worker' } }, [API, WORKER], 'passed', 'after'],
    ['expect', { faults: 0 }, [API, { ...WORKER, in_progress: false }], 'passed', 'after'],
  ] as const)('%s %j over %j is %s', async (...[mode, has, all, verdict, reason]) => {
    expect(await run(mode, has, [segments(...all)])).toMatchObject({
      verdict,
      reason: expect.stringContaining(reason),
    });
  });
});
