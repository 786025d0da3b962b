/** OpenTelemetry's API with the propagator of W3C. Its instrumentation has no carrier for EventBridge: the handler passes the ids on by hand. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { context, propagation, ROOT_CONTEXT, type TextMapGetter, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { eventBridge, handleBatches, type Order, placed, type QueueRecord } from './batches.ts';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const events = eventBridge();

const attributes: TextMapGetter<QueueRecord['messageAttributes']> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, name) => carrier[name]?.stringValue,
};

function log(message: string, fields: object = {}): void {
  const traceId = trace.getSpanContext(context.active())?.traceId;
  console.log(JSON.stringify({ level: 'INFO', message, traceId, ...fields }));
}

async function work({ body }: QueueRecord): Promise<void> {
  const order = JSON.parse(body) as Order;
  log('event received', { event: order });
  const metadata = {};
  propagation.inject(context.active(), metadata);
  await events.send(new PutEventsCommand(placed({ ...order, metadata })));
  log('sent');
}

await handleBatches(async ({ Records }) =>
  Promise.all(
    Records.map(async (record) =>
      context.with(
        propagation.extract(ROOT_CONTEXT, record.messageAttributes, attributes),
        work,
        undefined,
        record,
      ),
    ),
  ),
);
