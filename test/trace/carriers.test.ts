import { describe, expect, it } from '@jest/globals';
import { traceHeaders } from '../../runner/trace/carriers/headers.ts';
import { write } from '../../runner/trace/carriers/write.ts';
import { contextOf, current, runIn } from '../../runner/trace/ids/context.ts';
import { forEachRecord, payloadOf, withTrace } from '../../runner/trace/index.ts';
import { HOPS, objectEvents, queueRecord, requests } from './hops.ts';

const SENT = contextOf({
  id: 'canary-6b0c75191b39c426f5e475211e34c176',
  traceparent: '00-6b0c75191b39c426f5e475211e34c176-00f067aa0ba902b7-01',
  tracestate: 'vendor=1',
  baggage: 'canary.run_id=1',
});
const sameTrace = expect.stringContaining('-6b0c75191b39c426f5e475211e34c176-') as unknown as string;

/** The context under which a handler works, and the payload that the work gets. */
async function received(event: unknown, context?: unknown) {
  const whole = await withTrace(async () => current(), { log: false })(event, context);
  const seen: unknown[] = [];
  await forEachRecord((payload) => void seen.push([current(), payload]), { log: false })(event, context);
  const [[each, payload]] = seen as [[unknown, unknown]];
  return { whole, each, payload };
}

describe('the id goes through a hop', () => {
  it.each(Object.entries(HOPS))('%s', async (_, { command, input, deliver }) => {
    const losses: string[] = [];
    const sent = write(command, input, SENT, (carrier) => void losses.push(carrier));
    const { whole, each } = await received(deliver(sent));
    const isItem = command.includes('Item');
    const expected = isItem
      ? { id: SENT.id, canary: true }
      : { id: SENT.id, canary: true, traceparent: sameTrace };
    expect(losses).toEqual([]);
    expect(whole).toMatchObject(expected);
    expect(each).toMatchObject(expected);
  });

  it.each(Object.keys(requests({})))('a request → %s', async (name) => {
    const headers = runIn(SENT, traceHeaders);
    const { whole, each } = await received(requests(headers)[name]);
    expect(whole).toMatchObject({
      id: SENT.id,
      canary: true,
      traceparent: sameTrace,
      tracestate: 'vendor=1',
      baggage: 'canary.run_id=1',
    });
    expect(each).toMatchObject({ id: SENT.id });
  });

  it.each(Object.entries(objectEvents('orders/à b+c.json')))(
    '%s, with a client that reads objects',
    async (_, event) => {
      const { Metadata } = write('PutObjectCommand', { Bucket: 'uploads', Key: 'k' }, SENT, () => {}) as {
        Metadata: Record<string, string>;
      };
      const asked: unknown[] = [];
      const s3 = { headObject: async (input: unknown) => (asked.push(input), { Metadata }) };
      const seen = await withTrace(async () => current(), { log: false, s3 })(event);
      expect(seen).toMatchObject({ id: SENT.id, canary: true, traceparent: sameTrace });
      expect(asked).toEqual([{ Bucket: 'uploads', Key: 'orders/à b+c.json' }]);
    },
  );

  it('an object that may not be read gives a fresh id, and the work goes on', async () => {
    const s3 = { headObject: () => Promise.reject(new Error('AccessDenied')) };
    const event = objectEvents('k')['bucket → function'];
    expect((await withTrace(async () => current(), { log: false, s3 })(event))?.id).toMatch(/^[\da-f]{32}$/);
  });

  it('an invocation carries it in its client context too', async () => {
    const { whole } = await received({}, { clientContext: { custom: { correlationId: SENT.id } } });
    expect(whole).toMatchObject({ id: SENT.id });
  });

  it('the name of an execution has it, and is another one each time', () => {
    const name = () =>
      String(write('StartExecutionCommand', { stateMachineArn: 'machine' }, SENT, () => {})['name']);
    expect(name()).toMatch(/^canary-6b0c75191b39c426f5e475211e34c176-[\da-f]{8}$/);
    expect(name()).not.toBe(name());
  });
});

describe('the payload of a record is the part of the application', () => {
  it.each(Object.entries(HOPS).filter(([name]) => !/item|transaction|state machine|destination/.test(name)))(
    '%s',
    async (_, { command, input, deliver }) => {
      const { payload } = await received(deliver(write(command, input, SENT, () => {})));
      expect(payload).toMatchObject({ orderId: 'ord_1', total: '9.90' });
    },
  );

  it('text that is no JSON stays text', () => {
    expect(payloadOf(queueRecord('hello'))).toBe('hello');
  });
});
