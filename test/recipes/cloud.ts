import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { LocalAws } from '../../infra/local-aws/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { fromAttributes, toAttributes } from '../../runner/core/aws/attributes.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import { traced, withTrace } from '../../runner/trace/index.ts';
import { type PushServer, startPushServer } from '../support/network/push-server.ts';

/** A call of an HTTP API, and its answer. */
export type Route = (request: APIGatewayProxyEventV2 & { readonly json: JsonMap }) => Promise<{
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: Json;
}>;

/** A message as a consumer of a queue receives it. */
export interface Message {
  readonly body: JsonMap;
}

/** The parts of AWS that the systems of the recipes are built of. */
export type Cloud = ReturnType<typeof cloudOf>;

/** A system that a recipe watches: how it is deployed. It does wrong while `cloud.isBroken()`. */
export type System = (cloud: Cloud) => Promise<void>;

const POLL_MS = 50;
const QUIET = { log: false } as const;

/**
 * A thin layer over the local AWS. `consume`, `onItem` and `onObject` stand in for event source mappings, streams and bucket notifications,
 * which the local AWS does not have: they poll.
 */
export function cloudOf(aws: LocalAws) {
  const { clientOf, close } = awsClients({ region: aws.region, endpoint: aws.url });
  const kinesis = clientOf(KinesisClient, 'act');
  const [dynamodb, events, s3, sns, sqs] = [
    clientOf(DynamoDBClient, 'act'),
    traced(clientOf(EventBridgeClient, 'act')),
    clientOf(S3Client, 'act'),
    traced(clientOf(SNSClient, 'act')),
    traced(clientOf(SQSClient, 'act')),
  ];
  const ending = new AbortController();
  const polling: Promise<void>[] = [];
  const jobs: (() => Promise<void>)[] = [];
  const servers: { end(): Promise<void> }[] = [];
  let broken = false;
  const arnOf = (service: string, name: string): string =>
    `arn:aws:${service}:${aws.region}:${aws.account}:${name}`;
  const urlOf = (queue: string): string => `${aws.url}/${aws.account}/${queue}`;
  const keepPolling = (poll: () => Promise<void>): void => {
    const loop = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        await poll();
        await pause(POLL_MS);
      }
    };
    polling.push(loop());
  };
  const scan = async (table: string): Promise<readonly JsonMap[]> => {
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items.map((item) => fromAttributes(item));
  };

  return {
    account: aws.account,
    stack: aws.stacks.register,
    log: (group: string, line: JsonMap) => aws.logs.write(group, JSON.stringify(line)),
    isBroken: () => broken,
    unique: () => randomUUID().slice(0, 8),
    setBroken: async (next: boolean) => {
      broken = next;
      await Promise.all(jobs.map(async (job) => job()));
    },
    /** Calls a job now, and again when the systems break. */
    schedule: async (job: () => Promise<void>) => {
      jobs.push(job);
      await job();
    },
    close: async () => {
      ending.abort();
      await Promise.all([...polling, ...servers.map(async (server) => server.end())]);
      close();
    },

    lambda: (name: string, handler: (event: never) => Promise<Json | void>) => {
      aws.functions.register(name, withTrace(handler, QUIET));
      return arnOf('lambda', `function:${name}`);
    },
    /** Opens a WebSocket API, which the local AWS does not have. */
    sockets: async (): Promise<PushServer> => {
      const server = await startPushServer();
      servers.push(server);
      return server;
    },
    /** Opens an HTTP API; gives its URL. */
    api: async (name: string, routes: Readonly<Record<string, Route>>) => {
      const functions = Object.entries(routes).map(([route, handle], n) => {
        const id = `${name}-api-${n}`;
        const answer = async (request: APIGatewayProxyEventV2) => {
          const { body, ...rest } = await handle({ ...request, json: jsonOf(request.body) });
          return { ...rest, body: body === undefined ? '' : JSON.stringify(body) };
        };
        aws.functions.register(id, withTrace(answer, QUIET));
        return [route, id] as const;
      });
      return aws.api(Object.fromEntries(functions));
    },

    queue: async (name: string, Attributes: Record<string, string> = {}) => {
      await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
      return arnOf('sqs', name);
    },
    send: async (queue: string, body: JsonMap) => {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: urlOf(queue),
          MessageBody: JSON.stringify(body),
        }),
      );
    },
    /** Handles each message of a queue; a message whose handler throws becomes visible again. */
    consume: (queue: string, handle: (message: Message) => Promise<void>) => {
      const QueueUrl = urlOf(queue);
      keepPolling(async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
        );
        for (const { Body, ReceiptHandle, MessageAttributes = {} } of Messages) {
          try {
            await withTrace(async () => handle({ body: jsonOf(Body) }), QUIET)({ MessageAttributes });
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          } catch {
            await sqs.send(
              new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
            );
          }
        }
      });
    },

    topic: async (name: string) => {
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
      return TopicArn;
    },
    subscribe: async (TopicArn: string, queueArn: string, Attributes: Record<string, string> = {}) => {
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes }));
    },
    publish: async (TopicArn: string, body: JsonMap) => {
      await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(body) }));
    },

    bus: async (name: string) => {
      await events.send(new CreateEventBusCommand({ Name: name }));
    },
    /** Lets a rule call a function with each event of a detail type. */
    rule: async (bus: string, detailType: string, functionArn: string) => {
      const Name = `${detailType}-${functionArn.split(':').at(-1)}`;
      const EventPattern = JSON.stringify({ 'detail-type': [detailType] });
      await events.send(new PutRuleCommand({ Name, EventBusName: bus, EventPattern }));
      const Targets = [{ Id: 'target', Arn: functionArn }];
      await events.send(new PutTargetsCommand({ Rule: Name, EventBusName: bus, Targets }));
    },
    emit: async (bus: string, detailType: string, detail: JsonMap) => {
      const Detail = JSON.stringify(detail);
      const entry = { EventBusName: bus, Source: `${bus}.service`, DetailType: detailType, Detail };
      await events.send(new PutEventsCommand({ Entries: [entry] }));
    },

    table: async (name: string, ...keys: readonly [string, string?]) => {
      const names = keys.filter((key) => key !== undefined);
      await dynamodb.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: names.map((AttributeName, n) => ({
            AttributeName,
            KeyType: n === 0 ? 'HASH' : 'RANGE',
          })),
        }),
      );
    },
    scan,
    items: scan,
    put: async (table: string, item: JsonMap) => {
      await dynamodb.send(new PutItemCommand({ TableName: table, Item: toAttributes(item) }));
    },
    remove: async (table: string, key: JsonMap) => {
      await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: toAttributes(key) }));
    },
    /** Calls a function with each new item of a table, as a stream does. */
    onItem: (table: string, handle: (item: JsonMap) => Promise<void>) => {
      const seen = new Set<string>();
      keepPolling(async () => {
        for (const item of await scan(table)) {
          const id = JSON.stringify(item);
          if (seen.has(id)) continue;
          seen.add(id);
          await withTrace(async () => handle(item), QUIET)(item);
        }
      });
    },

    bucket: async (Bucket: string) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
    },
    putObject: async (Bucket: string, Key: string, body: string, ContentType: string) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body), ContentType }));
    },
    /** Calls a function with each new object of a bucket, as a notification does. */
    onObject: (Bucket: string, handle: (key: string, body: string) => Promise<void>) => {
      const seen = new Set<string>();
      keepPolling(async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        for (const { Key = '' } of Contents) {
          if (seen.has(Key)) continue;
          seen.add(Key);
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          await handle(Key, (await Body?.transformToString()) ?? '');
        }
      });
    },

    stream: async (name: string) => {
      await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 2 }));
    },
    putRecord: async (stream: string, PartitionKey: string, body: JsonMap) => {
      const Data = Buffer.from(JSON.stringify(body));
      await kinesis.send(new PutRecordCommand({ StreamName: stream, PartitionKey, Data }));
    },
    /** Calls a function with each record of a stream, as an event source mapping does. */
    onRecord: async (StreamName: string, handle: (body: JsonMap) => Promise<void>) => {
      const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
      for (const { ShardId } of Shards) {
        const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
        let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start));
        keepPolling(async () => {
          const { Records = [], NextShardIterator } = await kinesis.send(
            new GetRecordsCommand({ ShardIterator }),
          );
          ShardIterator = NextShardIterator;
          for (const { Data } of Records) await handle(jsonOf(Buffer.from(Data ?? []).toString()));
        });
      }
    },

    stateMachine: async (name: string, definition: JsonMap) => {
      const { stateMachineArn = '' } = await clientOf(SFNClient, 'act').send(
        new CreateStateMachineCommand({
          name,
          roleArn: `arn:aws:iam::${aws.account}:role/${name}`,
          definition: JSON.stringify(definition),
        }),
      );
      return stateMachineArn;
    },
    start: async (stateMachineArn: string, input: JsonMap) => {
      const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
      await clientOf(SFNClient, 'act').send(command);
    },
    secret: async (Name: string, value: JsonMap) => {
      const command = new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) });
      await clientOf(SecretsManagerClient, 'act').send(command);
    },
  };
}

function jsonOf(text: string | undefined): JsonMap {
  return text === undefined || text === '' ? {} : (JSON.parse(text) as JsonMap);
}
