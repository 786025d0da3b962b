import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../../../runner/adapters/aws/clients.ts';

/** One call as it went over the wire. */
export interface Call {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Intercepts a call: `next` sends it. Its error counts as the network's, and the SDK may try again. */
type Meddle = (call: Call, next: () => Promise<unknown>) => Promise<unknown>;

/** Clients of a local DynamoDB that can be counted and meddled with. */
export interface MeddledClients extends AwsClients {
  readonly client: DynamoDBClient;
  readonly calls: Call[];
  meddle: Meddle;
}

/** Clients of the DynamoDB that listens there, with the tries of a real one. */
export function localClients(endpoint: string): MeddledClients {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 3,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const clients: MeddledClients = {
    client,
    calls: [],
    meddle: async (_, next) => next(),
    clientOf: (() => client) as AwsClients['clientOf'],
    close: () => client.destroy(),
  };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const call = {
          command: String(commandName).replace('Command', ''),
          input: args.input as Call['input'],
        };
        clients.calls.push(call);
        return (await clients.meddle(call, async () => next(args))) as Awaited<ReturnType<typeof next>>;
      },
    { step: 'deserialize', name: 'meddle', priority: 'high' },
  );
  return clients;
}

/** The SDK's error for an answer that did not come. */
export function noAnswer(): Error {
  return Object.assign(new Error('no answer came'), { name: 'TimeoutError' });
}
