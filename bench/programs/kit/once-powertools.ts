import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { CONTEXT, type Order, type QueueRecord } from './batches.ts';
import { claimBatches, emptyTables } from './claims.ts';

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'claims', awsSdkV3Client: emptyTables() });
const config = new IdempotencyConfig({});
const processor = new BatchProcessor(EventType.SQS);

const charge = makeIdempotent(async ({ orderId }: Order) => ({ charged: orderId }), {
  persistenceStore,
  config,
});

await claimBatches(async (event) => {
  config.registerLambdaContext(CONTEXT as never);
  return processPartialResponse(
    event as never,
    async ({ body }: QueueRecord) => charge(JSON.parse(body) as Order),
    processor,
  );
});
