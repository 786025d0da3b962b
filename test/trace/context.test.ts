import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { contextOf, current, runIn } from '../../runner/trace/ids/context.ts';
import {
  forEachRecord,
  isCanary,
  logFields,
  trace,
  traceHeaders,
  traceMiddleware,
  withTrace,
} from '../../runner/trace/index.ts';

const quiet = { log: false } as const;
const request = (id: string) => ({ version: '2.0', headers: { 'x-correlation-id': id } });

describe('work at the same time', () => {
  const work = async (id: string) => {
    const seen = [current()?.id];
    await wait(Number(id) % 3);
    seen.push(current()?.id);
    await Promise.resolve();
    seen.push(String(logFields()['correlationId']), traceHeaders()['x-correlation-id']);
    return seen.every((one) => one === id);
  };
  const ids = Array.from({ length: 10_000 }, (_, index) => String(index));

  it('10,000 invocations through the wrapper mix no ids', async () => {
    const handler = withTrace(
      async (event: ReturnType<typeof request>) => work(event.headers['x-correlation-id']),
      quiet,
    );
    const results = await Promise.all(ids.map(async (id) => handler(request(id))));
    expect(results.filter((isOwn) => !isOwn)).toEqual([]);
    expect(current()).toBeUndefined();
  });

  it('10,000 invocations through the middleware mix no ids', async () => {
    const { before } = traceMiddleware(quiet);
    // As middy calls its hooks: the handler goes on in the same call.
    const handler = async (event: ReturnType<typeof request>) => {
      await Promise.resolve();
      await (async () => before({ event }))();
      return work(event.headers['x-correlation-id']);
    };
    const middy = async (event: ReturnType<typeof request>) => {
      before({ event });
      return handler(event);
    };
    const results = await Promise.all(ids.map(async (id) => middy(request(id))));
    expect(results.filter((isOwn) => !isOwn)).toEqual([]);
  });

  it('10,000 records of one batch mix no ids', async () => {
    const records = ids.map((id) => ({
      messageId: id,
      eventSource: 'aws:sqs',
      body: '{}',
      messageAttributes: { correlationId: { stringValue: id } },
    }));
    const mixed: unknown[] = [];
    await forEachRecord(async (_, { messageId }) => {
      if (!(await work(String(messageId)))) mixed.push(messageId);
    }, quiet)({ Records: records });
    expect(mixed).toEqual([]);
  });
});

describe('the three forms are one', () => {
  const event = request('order-1');

  it('a method with the decorator works under the id, with its own this', async () => {
    class Orders {
      readonly prefix = 'seen:';
      async place({ version }: typeof event): Promise<string> {
        return `${this.prefix}${version}:${current()?.id}`;
      }
    }
    const decorated = trace(quiet)(Orders.prototype.place, { kind: 'method', name: 'place' });
    expect(await decorated.call(new Orders(), event)).toBe('seen:2.0:order-1');
  });

  it('the wrapper and the middleware give the same context', async () => {
    const wrapped = await withTrace(async () => current()?.id, quiet)(event);
    const hooked = await (async () => {
      traceMiddleware(quiet).before({ event });
      return current()?.id;
    })();
    expect([wrapped, hooked]).toEqual(['order-1', 'order-1']);
  });
});

describe('which id it is', () => {
  const active = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const key = Symbol.for('opentelemetry.js.api.1');
  const withSpan = (span: object | undefined) => {
    (globalThis as Record<symbol, unknown>)[key] = {
      context: {
        active: () => ({ getValue: () => (span === undefined ? undefined : { spanContext: () => span }) }),
      },
    };
  };
  afterEach(() => {
    delete (globalThis as Record<symbol, unknown>)[key];
  });

  it('a correlation id that came in wins; the active trace of OpenTelemetry is a link', () => {
    withSpan(active);
    expect(contextOf({ id: 'order-1' })).toMatchObject({ id: 'order-1', links: [active.traceId] });
  });

  it('without an id the active trace of OpenTelemetry is it', () => {
    withSpan(active);
    expect(contextOf({})).toMatchObject({ id: active.traceId, links: [] });
  });

  it('the next hop gets the active span of OpenTelemetry as its parent', () => {
    const context = contextOf({ id: 'order-1' });
    withSpan(active);
    expect(runIn(context, traceHeaders)).toMatchObject({
      'x-correlation-id': 'order-1',
      traceparent: `00-${active.traceId}-${active.spanId}-01`,
    });
  });

  it.each([
    ['no span', undefined],
    ['a span of zeros', { ...active, traceId: '0'.repeat(32) }],
  ])('with %s OpenTelemetry changes nothing', (_, span) => {
    withSpan(span);
    expect(contextOf({ id: 'order-1' }).links).toEqual([]);
  });

  it('a trace id that came in is the id, if no correlation id came', () => {
    expect(contextOf({ traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` }).id).toBe('c'.repeat(32));
  });

  it.each(['a b', 'x'.repeat(129), '"', 'line\nbreak', '<b>'])('%j is no id', async (id) => {
    expect(await withTrace(async () => current()?.id, quiet)(request(id))).toMatch(/^[\da-f]{32}$/);
  });

  it('a batch with several ids has the first, and links to the others', async () => {
    const records = ['a-1', 'b-2', 'a-1'].map((correlationId) => ({
      dynamodb: { NewImage: { correlationId: { S: correlationId } } },
    }));
    expect(await withTrace(async () => current(), quiet)({ Records: records })).toMatchObject({
      id: 'a-1',
      links: ['b-2'],
    });
  });

  it.each([
    [{ 'x-canary': 'site-is-up' }, true],
    [{ 'x-correlation-id': 'canary-1' }, true],
    [{ 'X-Canary': 'site-is-up' }, true],
    [{ 'x-canary': 'false' }, false],
    [{}, false],
  ])('with the headers %j isCanary is %s', async (headers, expected) => {
    expect(await withTrace(async () => isCanary(), quiet)({ headers })).toBe(expected);
  });

  it.each([
    [{ requestContext: {}, headers: {}, body: '{"canary":true,"metadata":{"correlationId":"canary-9"}}' }],
    [{ canary: 'no' }],
    [{ metadata: { canary: '1' } }],
  ])('a body or a field of the application makes no canary: %j', async (event) => {
    expect(await withTrace(async () => isCanary(), quiet)(event)).toBe(false);
  });

  it('outside of any work there is no id, and no header', () => {
    expect([current(), isCanary(), traceHeaders(), logFields()]).toEqual([undefined, false, {}, {}]);
  });
});
