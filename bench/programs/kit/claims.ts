import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { answer, handleBatches, type QueueEvent } from './batches.ts';

/** A client of DynamoDB whose tables take each write and hold nothing: each claim is free. */
export function emptyTables(): DynamoDB {
  return new DynamoDB({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle: async () => ({ response: answer('{}') }) },
  });
}

/** Gives a handler batches whose effects send no event. */
export async function claimBatches(handler: (event: QueueEvent) => Promise<unknown>): Promise<void> {
  await handleBatches(handler, { carries: false });
}
