import type * as sdkModule from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../aws/clients.ts';

/** An item, or the key of one. Anything larger than these values is JSON in a string. */
export type Item = Readonly<Record<string, string | number | boolean>>;

/** An item as the API has it. */
export type Attributes = Record<string, AttributeValue>;

/** A client of DynamoDB, and its commands. */
export interface Dynamodb {
  readonly sdk: typeof sdkModule;
  readonly client: DynamoDBClient;
}

/** Loads the SDK with the first call. Its client retries after lost answers: every write must be idempotent. */
export async function dynamodbOf(clients: AwsClients): Promise<Dynamodb> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  return { sdk, client: clients.clientOf(sdk.DynamoDBClient, 'observe') };
}
