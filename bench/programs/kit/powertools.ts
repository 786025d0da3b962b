/** Powertools has no carrier for events: the handler passes the id on by hand, as its documentation does. Each record has a child logger. */

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventBridge, handleBatches, type Order, placed, type QueueRecord } from './batches.ts';

const logger = new Logger({ serviceName: 'bench' });
const processor = new BatchProcessor(EventType.SQS);
const events = eventBridge();

async function work({ body, messageAttributes }: QueueRecord): Promise<void> {
  const order = JSON.parse(body) as Order;
  const correlationId = messageAttributes['correlationId']?.stringValue ?? '';
  const log = logger.createChild();
  log.setCorrelationId(correlationId);
  log.info('event received', { event: order });
  await events.send(new PutEventsCommand(placed({ ...order, metadata: { correlationId } })));
  log.info('sent');
}

await handleBatches(async (event) => processPartialResponse(event as never, work, processor));
