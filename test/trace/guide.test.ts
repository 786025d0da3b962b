import { registerHooks } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { headersOf, write } from '../../runner/trace/carriers/write.ts';
import { contextOf } from '../../runner/trace/ids/context.ts';
import { fencesOf, readPage } from '../support/pages.ts';
import { HOPS, objectEvents, queueRecord, requests } from './hops.ts';

const PAGE = 'docs/guide/making-your-application-traceable.md';
const SENT = contextOf({ id: 'canary-6b0c75191b39c426f5e475211e34c176' });
const Metadata = { 'correlation-id': SENT.id };

/** Modules that an example imports: the kit, and a client that answers as it must for the id. */
const IMPORTED: Readonly<Record<string, string>> = {
  '@coalmine/trace': new URL('../../runner/trace/index.ts', import.meta.url).href,
  '@aws-sdk/client-s3': `data:text/javascript,${encodeURIComponent(`export class S3 {
    middlewareStack = { add: () => {} };
    headObject = async () => (${JSON.stringify({ Metadata })});
  }`)}`,
};

registerHooks({
  resolve: (name, context, next) => {
    if (isExample(name)) return { url: name, shortCircuit: true };
    if (!isExample(context.parentURL)) return next(name, context);
    return next(IMPORTED[name] ?? name, { ...context, parentURL: import.meta.url });
  },
  load: (url, context, next) =>
    isExample(url)
      ? { format: 'module-typescript', source: exampleOf(url), shortCircuit: true }
      : next(url, context),
});

const isExample = (url: string | undefined): boolean => url?.startsWith('example:') === true;

/** The example whose name is in its first line. */
function exampleOf(url: string): string {
  const fence = fencesOf(readPage(PAGE)).find(({ text }) =>
    text.startsWith(`// ${url.slice('example:'.length)}\n`),
  );
  return fence?.text ?? '';
}

type Handler = (event: unknown) => Promise<unknown>;

async function handlerOf(name: string): Promise<Handler> {
  return ((await import(`example:${name}`)) as { handler: Handler }).handler;
}

const throughHop = (name: string): unknown => {
  const { command, input, deliver } = HOPS[name] as (typeof HOPS)[string];
  return deliver(write(command, input, SENT, () => {}));
};

let lines: string[];
beforeEach(() => {
  lines = [];
  for (const method of ['log', 'warn', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('each example of the page carries the id', () => {
  it.each([
    ['api.ts', 'taken', requests(headersOf(SENT))['API Gateway, HTTP']],
    ['event.ts', 'stored', throughHop('event bus → function')],
    ['event.ts', 'stored', throughHop('schedule → function')],
    ['queue.ts', 'stored', throughHop('queue → function')],
    ['queue.ts', 'stored', throughHop('topic → queue, raw → function')],
    ['queue.ts', 'stored', throughHop('event bus → topic → queue → function')],
    ['stream.ts', 'counted', throughHop('stream → function')],
    ['table-stream.ts', 'indexed', throughHop('item → table stream → function')],
    ['bucket.ts', 'resized', objectEvents('k')['bucket → function']],
    ['task.ts', 'reserved', throughHop('execution → state machine → function')],
  ])('%s logs "%s" under it', async (name, progress, event) => {
    await (await handlerOf(name))(event);
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ progress, correlationId: SENT.id, canary: true }),
    );
  });
});

describe('each line of another logger has the id of its record, for records at the same time', () => {
  it.each(['pino.ts', 'powertools.ts'])('%s', async (name) => {
    const written: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
    const ids = ['order-1', 'order-2'];
    const handler = await handlerOf(name);
    await handler({
      Records: ids.map((id) =>
        queueRecord(JSON.stringify({ orderId: id }), {
          MessageAttributes: { correlationId: { DataType: 'String', StringValue: id } },
        }),
      ),
    });
    expect(written.map((line) => JSON.parse(line) as object)).toEqual(
      ids.map((id) => expect.objectContaining({ correlationId: id, orderId: id })),
    );
  });
});
