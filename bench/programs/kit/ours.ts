import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { forEachRecord, progress, traced } from '../../../runner/trace/index.ts';
import { CONTEXT, eventBridge, handleBatches, type Order, placed } from './batches.ts';

const events = traced(eventBridge());

const handler = forEachRecord<Order>(async (order) => {
  await events.send(new PutEventsCommand(placed(order)));
  progress('sent');
});

await handleBatches(async (event) => handler(event, CONTEXT));
