import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyAwsError } from '../../../runner/adapters/aws/errors.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import * as table from '../../../runner/kinds/nouns/table.ts';
import { sampleSize } from '../../support/effort.ts';
import { canaryOf, neverStep } from '../../support/run/builders.ts';
import { eventReporters } from '../../support/run/reporting.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const NOUNS = table as unknown as Readonly<Record<string, Noun>>;

/** A fault of one call. `empty` is a page without a thing, and a token for the next; `incomplete` an answer marked as such. */
const FAULTS = ['none', 'denied', 'throttled', 'unavailable', 'empty', 'incomplete'] as const;
type Fault = (typeof FAULTS)[number];

/** A source as a canary sees it at one moment. */
interface Source {
  /** True once the thing that should never appear is there. */
  readonly there: boolean;
  /** False for a thing in a form that cannot be read as fields. */
  readonly readable: boolean;
  readonly fault: Fault;
  readonly runId: string;
  readonly nowMs: number;
}

type Answer = (command: string, input: JsonMap, source: Source) => unknown;

/** A noun, an address and a condition that the forbidden thing meets, and the service behind it. */
interface Case {
  readonly input: JsonMap;
  readonly has: JsonMap;
  /** Form in which the thing cannot be read; false if the service has none. */
  readonly unreadable: boolean;
  readonly answer: Answer;
}

const PAIR = [
  { AttributeName: 'customer', KeyType: 'HASH' },
  { AttributeName: 'id', KeyType: 'RANGE' },
];
const FAILED = { customer: { S: 'c1' }, id: { S: 'i1' }, status: { S: 'FAILED' } };
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:export:e1';

const CASES: Readonly<Record<string, Case>> = {
  'item by its key': {
    input: { table: 'orders', key: { customer: 'c1', id: 'i1' } },
    has: { status: 'FAILED' },
    unreadable: false,
    answer: (command, _, { there, fault }) => {
      if (command === 'DescribeTableCommand') return { Table: { KeySchema: PAIR } };
      const key = { customer: { S: 'c1' }, id: { S: 'i1' } };
      return fault === 'incomplete'
        ? { Responses: {}, UnprocessedKeys: { orders: { Keys: [key] } } }
        : { Responses: { orders: there ? [FAILED] : [] } };
    },
  },
  'item among those of a key': {
    input: { table: 'orders', key: { customer: 'c1' } },
    has: { status: 'FAILED' },
    unreadable: false,
    answer: (command, _, { there, fault }) => {
      if (command === 'DescribeTableCommand') return { Table: { KeySchema: PAIR } };
      if (fault === 'empty') return { Items: [], LastEvaluatedKey: { id: { S: 'i0' } } };
      return { Items: there ? [FAILED] : [] };
    },
  },
  log: {
    input: { logGroup: 'orders' },
    has: { level: 'ERROR' },
    unreadable: true,
    answer: (_, __, { there, fault, readable, runId, nowMs }) => {
      if (fault === 'empty') return { events: [], nextToken: 'more' };
      const message = readable ? `{"level":"ERROR","id":"${runId}"}` : `ERROR of ${runId}`;
      return { events: there ? [{ eventId: 'e', timestamp: nowMs, ingestionTime: nowMs, message }] : [] };
    },
  },
  execution: {
    input: { stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:export' },
    has: { output: { status: 'FAILED' } },
    unreadable: true,
    answer: (command, _, { there, fault, readable, runId, nowMs }) => {
      if (command === 'DescribeExecutionCommand') {
        const output = readable ? '{"status":"FAILED"}' : '<status>FAILED</status>';
        return { executionArn: EXECUTION, status: 'SUCCEEDED', input: `{"id":"${runId}"}`, output };
      }
      if (fault === 'empty') return { executions: [], nextToken: 'more' };
      return { executions: there ? [{ executionArn: EXECUTION, startDate: new Date(nowMs) }] : [] };
    },
  },
  object: {
    input: { bucket: 'reports', key: 'a.json' },
    has: { body: { status: 'FAILED' } },
    unreadable: true,
    answer: (command, _, { there, fault, readable }) => {
      if (command === 'ListObjectsV2Command') return {};
      if (!there) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      const text = readable ? '{"status":"FAILED"}' : '<status>FAILED</status>';
      const Body =
        fault === 'incomplete'
          ? Readable.from(
              (async function* () {
                yield Buffer.from(text.slice(0, 5));
                throw new Error('the body broke off');
              })(),
            )
          : Readable.from([Buffer.from(text)]);
      return { ContentLength: text.length, ContentType: 'application/json', Body };
    },
  },
  metric: {
    input: { namespace: 'Shop', metricName: 'Errors' },
    has: { value: { $above: 0 } },
    unreadable: false,
    answer: (_, __, { there, fault, nowMs }) => {
      if (fault === 'empty')
        return { MetricDataResults: [{ Id: 'asked', StatusCode: 'PartialData' }], NextToken: 'more' };
      const StatusCode = fault === 'incomplete' ? 'InternalError' : 'Complete';
      const isShown = there && fault !== 'incomplete';
      const points = isShown ? { Timestamps: [new Date(nowMs)], Values: [1] } : {};
      return { MetricDataResults: [{ Id: 'asked', StatusCode, ...points }] };
    },
  },
  trace: {
    input: {},
    has: { faults: { $above: 0 } },
    unreadable: true,
    answer: (command, { TraceIds }, { there, fault, readable }) => {
      if (command === 'GetTraceSegmentDestinationCommand') return { Destination: 'XRay' };
      if (fault === 'incomplete') return { UnprocessedTraceIds: TraceIds };
      if (fault === 'empty') return { Traces: [], NextToken: 'more' };
      const Document = readable ? '{"name":"api","fault":true}' : '{"name":"api","fault":';
      return { Traces: there ? [{ Segments: [{ Document }] }] : [] };
    },
  },
};

const THROWN: Readonly<Record<string, () => Error>> = {
  denied: () => awsError('AccessDeniedException', 400),
  throttled: () => awsError('ThrottlingException', 400),
  unavailable: () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
};

function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

interface Faults {
  /** A fault for each call, from the first on; afterwards there are none. */
  readonly faults: readonly Fault[];
  /** Arrival of the thing, in milliseconds from the beginning of the window; undefined: never. */
  readonly comesAfterMs: number | undefined;
  readonly readable: boolean;
}

const WINDOW_MS = 20_000;

async function lookedAt(name: string, { faults, comesAfterMs = Number.POSITIVE_INFINITY, readable }: Faults) {
  const { input, has, answer } = CASES[name] as Case;
  const harness = new RunHarness();
  const startMs = harness.clock.nowMs();
  const left = [...faults];
  let runId = '';
  const client = {
    send: async ({
      constructor,
      input: asked,
    }: {
      readonly input: JsonMap;
      constructor: { name: string };
    }) => {
      const fault = left.shift() ?? 'none';
      const thrown = THROWN[fault]?.();
      if (thrown !== undefined) throw thrown;
      const nowMs = harness.clock.nowMs();
      return answer(constructor.name, asked, {
        there: nowMs >= startMs + comesAfterMs,
        readable,
        fault,
        runId,
        nowMs,
      });
    },
  };
  const engine: Partial<Engine> = {
    nouns: NOUNS,
    classifyAwsError,
    clientOf: (() => client) as unknown as Engine['clientOf'],
    reporters: eventReporters(({ event, value }) => {
      if (event === 'onRunStart') runId = value.runId;
    }),
  };
  const step = neverStep('none', { kind: name.split(' ')[0] as string, input, has, forMs: WINDOW_MS });
  const { steps } = await harness.run(canaryOf({ timeoutMs: 300_000 }, step), { engine });
  return steps[0] as StepResult;
}

const SERVED = Object.keys(CASES);

describe('a never over a source that is polled', () => {
  it.each(SERVED)('%s: fails if the thing is there, and passes if it is not', async (name) => {
    const clear = { faults: [], readable: true };

    expect(await lookedAt(name, { ...clear, comesAfterMs: 0 })).toMatchObject({
      verdict: 'failed',
      blame: 'target',
    });
    expect(await lookedAt(name, { ...clear, comesAfterMs: WINDOW_MS - 1 })).toMatchObject({
      verdict: 'failed',
    });
    expect(await lookedAt(name, { ...clear, comesAfterMs: undefined })).toMatchObject({ verdict: 'passed' });
  });

  it.each(SERVED)('%s: never passes over the thing, whatever goes wrong on the way', async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FAULTS), { maxLength: 40 }),
        fc.integer({ min: 0, max: WINDOW_MS }),
        fc.boolean(),
        async (faults, comesAfterMs, readable) => {
          const form = { readable: readable || !(CASES[name] as Case).unreadable };

          const { verdict, blame } = await lookedAt(name, { faults, comesAfterMs, ...form });

          expect(['failed', 'error']).toContain(verdict);
          expect(blame).toBe(verdict === 'failed' ? 'target' : 'observer');
        },
      ),
      { numRuns: sampleSize({ small: 40, full: 150 }) },
    );
  });

  it.each(SERVED)('%s: fails for no fault of ours', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...FAULTS), { maxLength: 40 }), async (faults) => {
        const { verdict } = await lookedAt(name, { faults, comesAfterMs: undefined, readable: true });

        expect(['passed', 'error']).toContain(verdict);
      }),
      { numRuns: sampleSize({ small: 25, full: 100 }) },
    );
  });
});

/** Invalid answers of a port, by name. */
const NO_ANSWER: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'closes the connection': ({ socket }) => void socket?.destroy(),
  'breaks off its body': (response) => {
    response.writeHead(200, { 'content-length': 100, 'content-type': 'application/json' });
    response.write('{"status":');
    setImmediate(() => response.socket?.destroy());
  },
  'speaks another protocol': ({ socket }) => void socket?.end('SSH-2.0-OpenSSH_9.9\r\n'),
  'answers with a page': (response) => void response.end('<status>FAILED</status>'),
  'answers with JSON that is cut': (response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"FAILED"');
  },
};

describe('a never over a URL', () => {
  let url: string;
  let answer: (response: ServerResponse) => void;
  const server = createServer((_, response) => answer(response));
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => void server.close());

  it.each(Object.keys(NO_ANSWER))('is an error of the observer if it %s until the end', async (name) => {
    answer = NO_ANSWER[name] as typeof answer;
    const step = neverStep('none', {
      kind: 'response',
      input: { http: `GET ${url}` },
      has: { body: { status: 'FAILED' } },
      forMs: 300,
    });

    const { steps } = await new RunHarness().run(canaryOf({}, step), {
      engine: { nouns: NOUNS, classifyAwsError, clock: systemClock() },
    });

    expect(steps[0]).toMatchObject({ verdict: 'error', blame: 'observer' });
  });
});
