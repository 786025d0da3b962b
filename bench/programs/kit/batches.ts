import { EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** A record of a queue, with the ids that its sender gave it. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, { stringValue: string; dataType: string }>>;
  readonly eventSource: string;
  readonly eventSourceARN: string;
}

export interface QueueEvent {
  readonly Records: QueueRecord[];
}

const RECORDS = 10;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** The part of Lambda's context that a batch needs. */
export const CONTEXT = {
  functionName: 'bench',
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => 30_000,
};

let sent = 0;

/** A client of EventBridge whose answers are made here. It counts the events that carry their record's id. */
export function eventBridge(): EventBridgeClient {
  return new EventBridgeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ body }: { body: string }) => {
        const { Entries } = JSON.parse(body) as { Entries: readonly { Detail: string }[] };
        sent += Entries.filter(({ Detail }) => carriesItsId(JSON.parse(Detail) as Detail)).length;
        return { response: answer('{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}') };
      },
    },
  });
}

interface Detail {
  readonly orderId: string;
  readonly metadata?: { readonly correlationId?: string; readonly traceparent?: string };
}

function carriesItsId({ orderId, metadata: { correlationId, traceparent } = {} }: Detail): boolean {
  return correlationId === `id-${orderId}` || traceparent?.includes(TRACE) === true;
}

/** An answer of AWS, as the handler of the SDK's requests gives it. */
export function answer(body: string) {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(body),
  };
}

/** An order, as a record has it. */
export interface Order {
  readonly orderId: string;
  readonly total: string;
}

/** The event that each contender sends for an order; its ids are added by the contender. */
export const placed = (detail: object) => ({
  Entries: [{ Source: 'bench', DetailType: 'OrderPlaced', Detail: JSON.stringify(detail) }],
});

function batch(number: number): QueueEvent {
  return { Records: Array.from({ length: RECORDS }, (_, index) => record(`${number}-${index}`)) };
}

function record(orderId: string): QueueRecord {
  return {
    messageId: orderId,
    receiptHandle: 'handle',
    body: JSON.stringify({ orderId, total: '9.90' }),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1' },
    messageAttributes: {
      correlationId: { stringValue: `id-${orderId}`, dataType: 'String' },
      traceparent: { stringValue: `00-${TRACE}-00f067aa0ba902b7-01`, dataType: 'String' },
    },
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:orders',
  };
}

/**
 * Gives a handler so many batches, which the command line names, one after the other.
 * @throws if an event lost its id on the way.
 */
export async function handleBatches(
  handler: (event: QueueEvent) => Promise<unknown>,
  { carries = true } = {},
): Promise<void> {
  const batches = Number(process.argv[2]);
  for (let number = 0; number < batches; number += 1) await handler(batch(number));
  const expected = carries ? batches * RECORDS : 0;
  if (sent !== expected) throw new Error(`${sent} of ${expected} events carried their id`);
}
