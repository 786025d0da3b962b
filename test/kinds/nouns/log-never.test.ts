import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { log } from '../../../runner/kinds/nouns/compute/log.ts';
import { canaryOf, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const TIME = '2026-11-29T17:00:00.000Z';

/** The verdict on `never: log`, over a group that holds one line with the id of the run. */
async function verdictOn(line: (id: string) => string, has: Json, where?: Json) {
  const harness = new RunHarness();
  const client = {
    send: async ({ input }: { readonly input: { readonly filterPattern: string } }) => {
      const [id = ''] = /[0-9a-f]{32}/.exec(input.filterPattern) ?? [];
      return { events: [{ eventId: 'e', timestamp: harness.clock.nowMs() + 1, message: line(id) }] };
    },
  } as unknown as CloudWatchLogsClient;
  const engine: Partial<Engine> = {
    nouns: { log },
    clientOf: (() => client) as unknown as Engine['clientOf'],
  };
  const step = neverStep('none', { kind: 'log', input: { logGroup: 'g' }, has, forMs: 5_000 });
  const canary = canaryOf({}, where === undefined ? step : { ...step, where });
  const [result] = (await harness.run(canary, { engine })).steps;
  return { verdict: result?.verdict, blame: result?.blame, reason: result?.reason };
}

describe('a never over a log', () => {
  it.each([
    { line: 'JSON', of: (id: string) => `{"level":"ERROR","id":"${id}"}` },
    { line: 'Node.js', of: (id: string) => `${TIME}\t${id}\tERROR\t{"code":7}` },
    {
      line: 'Node.js, with another level in its JSON',
      of: (id: string) => `${TIME}\t${id}\tINFO\t{"level":"ERROR"}`,
    },
    { line: 'Python', of: (id: string) => `[ERROR]\t${TIME}\t${id}\tboom` },
    { line: 'JSON behind a text', of: (id: string) => `prefix {"level":"ERROR","id":"${id}"}` },
    { line: 'one of two lines', of: (id: string) => `START\n{"level":"ERROR","id":"${id}"}` },
  ])('fails by an error in a line of $line', async ({ of }) => {
    expect(await verdictOn(of, { level: 'ERROR' })).toMatchObject({ verdict: 'failed', blame: 'target' });
  });

  it.each([
    { line: 'JSON', of: (id: string) => `{"level":"INFO","id":"${id}"}` },
    { line: 'JSON without the field', of: (id: string) => `{"id":"${id}"}` },
    { line: 'Python', of: (id: string) => `[INFO]\t${TIME}\t${id}\tERROR is only a word here` },
    { line: 'the Lambda platform', of: (id: string) => `REPORT RequestId: 1\tXRAY TraceId: 1-${id}` },
  ])('passes over what has no error, in a line of $line', async ({ of }) => {
    expect(await verdictOn(of, { level: 'ERROR' })).toMatchObject({ verdict: 'passed' });
  });

  it('is an error of the observer if a line is text and may hold the field, unless where excludes it', async () => {
    const of = (id: string) => `ERROR ${id} boom`;

    expect(await verdictOn(of, { level: 'ERROR' })).toEqual({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringMatching(/^1 log line of this run could not be compared: the line is text/),
    });
    expect(await verdictOn(of, { level: 'ERROR' }, { message: { $startsWith: '{' } })).toMatchObject({
      verdict: 'passed',
    });
    expect(await verdictOn(of, { message: { $contains: 'boom' } })).toMatchObject({ verdict: 'failed' });
  });
});
