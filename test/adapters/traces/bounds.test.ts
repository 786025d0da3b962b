import { describe, expect, it } from '@jest/globals';
import type { AwsClients } from '../../../runner/adapters/aws/clients.ts';
import { executionsWith } from '../../../runner/adapters/traces/executions.ts';
import { logLines } from '../../../runner/adapters/traces/log-lines.ts';
import { segmentsOf } from '../../../runner/adapters/traces/segments.ts';
import { subjectOf } from '../../../runner/core/trace/subject.ts';

const { signal } = new AbortController();
const QUERY = { subject: subjectOf('ord_1'), fromMs: 1_000, toMs: 9_000, signal };

/** Clients that answer in documented shapes, and the inputs that they got. */
function answering(answer: (command: string, input: never) => object) {
  const asked: string[] = [];
  const send = async (command: {
    readonly constructor: { readonly name: string };
    readonly input: never;
  }) => {
    asked.push(command.constructor.name);
    return answer(command.constructor.name, command.input);
  };
  const clients: AwsClients = { clientOf: () => ({ send }) as never, close: () => {} };
  return { clients, asked };
}

describe('the lines of a busy log group', () => {
  it('are read page by page, also after an empty one', async () => {
    const { clients } = answering((_, { nextToken }: { readonly nextToken?: string }) =>
      nextToken === undefined
        ? { events: [], nextToken: '1' }
        : { events: [{ timestamp: 2_000, message: 'ord_1' }, {}] },
    );

    expect(await logLines(clients, 'a', QUERY)).toEqual({
      things: [{ atMs: 2_000, message: 'ord_1' }],
      isWhole: true,
    });
  });

  it('are read to a limit of pages, and a limit of lines', async () => {
    const empty = answering(() => ({ nextToken: 'more' }));
    const events = Array.from({ length: 300 }, () => ({ timestamp: 1, message: 'ord_1' }));
    const full = answering(() => ({ events, nextToken: 'more' }));

    expect(await logLines(empty.clients, 'a', QUERY)).toEqual({ things: [], isWhole: false });
    expect(empty.asked).toHaveLength(20);
    expect((await logLines(full.clients, 'a', QUERY)).isWhole).toBe(false);
    expect(full.asked).toHaveLength(2);
  });
});

describe('the executions of a busy state machine', () => {
  const listed = (name: string, atMs: number) => ({ executionArn: name, name, startDate: new Date(atMs) });

  it('are read from page to page, until one began before the time of the series', async () => {
    const { clients, asked } = answering((command, { nextToken }: { readonly nextToken?: string }) => {
      if (command === 'DescribeExecutionCommand') return { input: '{"order":"ord_1"}' };
      if (command === 'GetExecutionHistoryCommand')
        return {
          events: [
            {
              timestamp: new Date(5_000),
              type: 'TaskStateEntered',
              stateEnteredEventDetails: { name: 'Pay' },
            },
            {
              timestamp: new Date(6_000),
              type: 'ExecutionFailed',
              executionFailedEventDetails: { error: 'E' },
            },
            {},
          ],
        };
      return nextToken === undefined
        ? { executions: [listed('late', 99_000), listed('ours', 5_000)], nextToken: '1' }
        : { executions: [listed('early', 10), listed('earlier', 5)], nextToken: '2' };
    });

    expect(await executionsWith(clients, 'arn', QUERY)).toEqual({
      things: [
        {
          name: 'ours',
          history: [
            { atMs: 5_000, type: 'TaskStateEntered', state: 'Pay' },
            { atMs: 6_000, type: 'ExecutionFailed', error: 'E' },
            { atMs: 0, type: '' },
          ],
        },
      ],
      isWhole: true,
    });
    expect(asked).toHaveLength(4);
  });

  it.each([
    { name: 'to their end', pages: 3, isWhole: true },
    { name: 'up to a limit', pages: 9, isWhole: false },
  ])('have histories of several pages, which are read $name', async ({ pages, isWhole }) => {
    let page = 0;
    const { clients } = answering((command) => {
      if (command === 'ListExecutionsCommand') return { executions: [listed('ord_1', 5_000)] };
      if (command === 'DescribeExecutionCommand') return {};
      page += 1;
      return { events: [{ type: `Event${page}` }], ...(page < pages ? { nextToken: `${page}` } : {}) };
    });

    const found = await executionsWith(clients, 'arn', QUERY);

    const types = found.things.flatMap(({ history }) => history.map(({ type }) => type));
    expect(types).toEqual(Array.from({ length: Math.min(pages, 5) }, (_, at) => `Event${at + 1}`));
    expect(found.isWhole).toBe(isWhole);
  });

  it('are described up to a limit', async () => {
    const executions = Array.from({ length: 101 }, (_, n) => listed(`e${n}`, 5_000));
    const { clients, asked } = answering((command) =>
      command === 'ListExecutionsCommand' ? { executions } : {},
    );

    expect(await executionsWith(clients, 'arn', QUERY)).toEqual({ things: [], isWhole: false });
    expect(asked).toHaveLength(101);
  });
});

describe('the segments of traces', () => {
  const batch = (answer: object) =>
    answering((command) => (command === 'BatchGetTracesCommand' ? answer : { Destination: 'XRay' }));

  it.each([
    { name: 'whole', answer: { Traces: [{ Segments: [{ Document: '{}' }, {}] }] }, isWhole: true },
    { name: 'cut', answer: { Traces: [{ LimitExceeded: true, Segments: [] }] }, isWhole: false },
    { name: 'unprocessed', answer: { UnprocessedTraceIds: ['1-a'] }, isWhole: false },
    { name: 'endless', answer: { NextToken: 'more' }, isWhole: false },
  ])('are $name', async ({ answer, isWhole }) => {
    const { clients } = batch(answer);

    expect((await segmentsOf(clients, ['1-a'], signal)).isWhole).toBe(isWhole);
  });

  it('are asked for by five ids at most', async () => {
    const asked: unknown[] = [];
    const { clients } = answering((_, input) => (asked.push(input), {}));

    await segmentsOf(clients, ['1', '2', '3', '4', '5', '6'], signal);

    expect(asked.at(-1)).toEqual({ TraceIds: ['1', '2', '3', '4', '5'] });
  });

  it('are an error if the account sends its traces elsewhere', async () => {
    const { clients } = answering(() => ({ Destination: 'CloudWatchLogs' }));

    await expect(segmentsOf(clients, ['1-a'], signal)).rejects.toThrow('Add --log-group aws/spans.');
  });
});
