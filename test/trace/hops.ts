/** Hops of AWS, each as the change that a message goes through between the call that sends it and the event that a function gets. */
type Fields = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;

interface Message {
  readonly MessageAttributes?: Attributes;
  readonly MessageSystemAttributes?: Attributes;
}

const ARN = 'arn:aws:sqs:us-east-1:123456789012:orders';

/** A hop: the name of the command that enters it, an input of the application, and the event that comes out. */
export interface Hop {
  readonly command: string;
  readonly input: Fields;
  deliver(sent: Fields): unknown;
}

const order = { orderId: 'ord_1', total: '9.90' };
const text = JSON.stringify(order);

export function busEvent(entry: Fields, more: Fields = {}): Fields {
  return {
    version: '0',
    id: 'e-1',
    'detail-type': entry['DetailType'],
    source: entry['Source'],
    account: '123456789012',
    time: '2026-11-30T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: JSON.parse(String(entry['Detail'])) as unknown,
    ...more,
  };
}

const snsAttributes = (of: Attributes = {}) =>
  Object.fromEntries(
    Object.entries(of).map(([name, { DataType, StringValue }]) => [
      name,
      { Type: DataType, Value: StringValue },
    ]),
  );

export function topicRecord({ Message, MessageAttributes }: Fields): Fields {
  return {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    Sns: {
      Type: 'Notification',
      MessageId: 'n-1',
      TopicArn: 'arn:aws:sns:us-east-1:123456789012:orders',
      Message,
      MessageAttributes: snsAttributes(MessageAttributes as Attributes),
    },
  };
}

const envelope = (sent: Fields) => JSON.stringify((topicRecord(sent) as { Sns: Fields }).Sns);

export function queueRecord(body: string, sent: Message = {}, id = 'm-1'): Fields {
  const attributes = Object.entries(sent.MessageAttributes ?? {}).map(([name, one]) => [
    name,
    {
      stringValue: one.StringValue,
      dataType: one.DataType,
      stringListValues: [],
      binaryListValues: [],
    },
  ]);
  const system = Object.entries(sent.MessageSystemAttributes ?? {}).map(([name, one]) => [
    name,
    one.StringValue,
  ]);
  return {
    messageId: id,
    receiptHandle: 'handle',
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1', ...Object.fromEntries(system) },
    messageAttributes: Object.fromEntries(attributes),
    eventSource: 'aws:sqs',
    eventSourceARN: ARN,
    awsRegion: 'us-east-1',
  };
}

const batch = (...Records: unknown[]) => ({ Records });
const entry = { EventBusName: 'shop', Source: 'shop.orders', DetailType: 'OrderPlaced', Detail: text };
const firstOf = (sent: Fields, field: string): Fields => (sent[field] as Fields[])[0] as Fields;
const base64 = (data: unknown) => Buffer.from(data as Uint8Array).toString('base64');
const bytes = new TextEncoder().encode(text);

const bus = (deliver: (event: Fields) => unknown): Hop => ({
  command: 'PutEventsCommand',
  input: { Entries: [entry] },
  deliver: (sent) => deliver(busEvent(firstOf(sent, 'Entries'))),
});
const topic = (deliver: (sent: Fields) => unknown): Hop => ({
  command: 'PublishCommand',
  input: { TopicArn: 'topic', Message: text },
  deliver,
});
const queue = (deliver: (sent: Fields) => unknown): Hop => ({
  command: 'SendMessageCommand',
  input: { QueueUrl: 'queue', MessageBody: text },
  deliver,
});
const stream = (record: Fields) => ({
  kinesis: { sequenceNumber: '7', partitionKey: 'p', data: base64(record['Data']) },
  eventSource: 'aws:kinesis',
  eventID: 'shard:7',
});
const change = (image: string) => (item: Fields) => ({
  eventID: '1',
  eventName: image === 'NewImage' ? 'INSERT' : 'REMOVE',
  eventSource: 'aws:dynamodb',
  dynamodb: { SequenceNumber: '9', Keys: {}, [image]: item },
});
const item = { orderId: { S: 'ord_1' } };
const payloadText = (payload: unknown) => Buffer.from(payload as Uint8Array).toString();

/** Each hop by its name. */
export const HOPS: Readonly<Record<string, Hop>> = {
  'event bus → function': bus((event) => event),
  'archive → replay → function': bus((event) => ({ ...event, 'replay-name': 'again' })),
  'event bus → queue → function': bus((event) => batch(queueRecord(JSON.stringify(event)))),
  'event bus → topic → function': bus((event) => batch(topicRecord({ Message: JSON.stringify(event) }))),
  'event bus → topic → queue → function': bus((event) =>
    batch(queueRecord(envelope({ Message: JSON.stringify(event) }))),
  ),
  'event bus → topic → queue, raw → function': bus((event) => batch(queueRecord(JSON.stringify(event)))),
  'event bus → stream → function': bus((event) =>
    batch(stream({ Data: Buffer.from(JSON.stringify(event)) })),
  ),
  'event bus → dead-letter queue → function': bus((event) =>
    batch(
      queueRecord(JSON.stringify(event), {
        MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' } },
      }),
    ),
  ),
  'event bus → state machine → function': bus((event) => ({ order: event['detail'], input: event })),
  'topic → function': topic((sent) => batch(topicRecord(sent))),
  'topic, batch → function': {
    command: 'PublishBatchCommand',
    input: { TopicArn: 'topic', PublishBatchRequestEntries: [{ Id: '1', Message: text }] },
    deliver: (sent) => batch(topicRecord(firstOf(sent, 'PublishBatchRequestEntries'))),
  },
  'topic → queue → function': topic((sent) => batch(queueRecord(envelope(sent)))),
  'topic → queue, raw → function': topic((sent) => batch(queueRecord(String(sent['Message']), sent))),
  'topic → HTTP': topic((sent) => ({
    version: '2.0',
    headers: { 'content-type': 'text/plain' },
    requestContext: { http: {} },
    body: envelope(sent),
  })),
  'topic → delivery stream → function': topic((sent) => ({
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/orders',
    records: [{ recordId: 'r-1', approximateArrivalTimestamp: 1, data: base64(Buffer.from(envelope(sent))) }],
  })),
  'queue → function': queue((sent) => batch(queueRecord(text, sent))),
  'queue, batch → function': {
    command: 'SendMessageBatchCommand',
    input: { QueueUrl: 'queue', Entries: [{ Id: '1', MessageBody: text }] },
    deliver: (sent) => batch(queueRecord(text, firstOf(sent, 'Entries'))),
  },
  'queue → dead-letter queue → redrive → queue → function': queue((sent) =>
    batch({
      ...queueRecord(text, sent),
      attributes: { ApproximateReceiveCount: '4', DeadLetterQueueSourceArn: ARN },
    }),
  ),
  'queue → pipe → function': queue((sent) => [queueRecord(text, sent)]),
  'stream → function': {
    command: 'PutRecordCommand',
    input: { StreamName: 'orders', PartitionKey: 'p', Data: bytes },
    deliver: (sent) => batch(stream(sent)),
  },
  'stream, batch → function': {
    command: 'PutRecordsCommand',
    input: { StreamName: 'orders', Records: [{ PartitionKey: 'p', Data: bytes }] },
    deliver: (sent) => batch(stream(firstOf(sent, 'Records'))),
  },
  'delivery stream → function': {
    command: 'PutRecordCommand',
    input: { DeliveryStreamName: 'orders', Record: { Data: bytes } },
    deliver: (sent) => ({
      deliveryStreamArn: 'arn',
      records: [
        { recordId: 'r-1', approximateArrivalTimestamp: 1, data: base64((sent['Record'] as Fields)['Data']) },
      ],
    }),
  },
  'delivery stream, batch → function': {
    command: 'PutRecordBatchCommand',
    input: { DeliveryStreamName: 'orders', Records: [{ Data: bytes }] },
    deliver: (sent) => ({
      deliveryStreamArn: 'arn',
      records: [
        { recordId: 'r-1', approximateArrivalTimestamp: 1, data: base64(firstOf(sent, 'Records')['Data']) },
      ],
    }),
  },
  'item → table stream → function': {
    command: 'PutItemCommand',
    input: { TableName: 'orders', Item: item },
    deliver: (sent) => batch(change('NewImage')(sent['Item'] as Fields)),
  },
  'item, deleted → table stream → function': {
    command: 'PutItemCommand',
    input: { TableName: 'orders', Item: item },
    deliver: (sent) => batch(change('OldImage')(sent['Item'] as Fields)),
  },
  'items → table stream → function': {
    command: 'BatchWriteItemCommand',
    input: { RequestItems: { orders: [{ PutRequest: { Item: item } }] } },
    deliver: (sent) => {
      const [request] = (sent['RequestItems'] as { orders: { PutRequest: { Item: Fields } }[] }).orders;
      return batch(change('NewImage')(request?.PutRequest.Item ?? {}));
    },
  },
  'transaction → table stream → function': {
    command: 'TransactWriteItemsCommand',
    input: { TransactItems: [{ Put: { TableName: 'orders', Item: item } }] },
    deliver: (sent) => {
      const { Put } = firstOf(sent, 'TransactItems') as { Put: { Item: Fields } };
      return batch(change('NewImage')(Put.Item));
    },
  },
  'item → table stream → pipe → event bus → function': {
    command: 'PutItemCommand',
    input: { TableName: 'orders', Item: item },
    deliver: (sent) =>
      busEvent({
        ...entry,
        Detail: JSON.stringify(change('NewImage')(sent['Item'] as Fields)),
      }),
  },
  'execution → state machine → function': {
    command: 'StartExecutionCommand',
    input: { stateMachineArn: 'machine', input: text },
    deliver: (sent) => JSON.parse(String(sent['input'])) as unknown,
  },
  'execution, synchronous → state machine → function': {
    command: 'StartSyncExecutionCommand',
    input: { stateMachineArn: 'machine' },
    deliver: (sent) => JSON.parse(String(sent['input'])) as unknown,
  },
  'invocation → function': {
    command: 'InvokeCommand',
    input: { FunctionName: 'orders', Payload: bytes },
    deliver: (sent) => JSON.parse(payloadText(sent['Payload'])) as unknown,
  },
  'invocation → destination on failure → function': {
    command: 'InvokeCommand',
    input: { FunctionName: 'orders', InvocationType: 'Event', Payload: text },
    deliver: (sent) => ({
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted' },
      requestPayload: JSON.parse(String(sent['Payload'])) as unknown,
      responsePayload: {},
    }),
  },
  'schedule → function': {
    command: 'CreateScheduleCommand',
    input: {
      Name: 'later',
      ScheduleExpression: 'at(2026-12-01T00:00:00)',
      Target: { Arn: 'function', Input: text },
    },
    deliver: (sent) => JSON.parse(String((sent['Target'] as Fields)['Input'])) as unknown,
  },
  'schedule → queue → function': {
    command: 'UpdateScheduleCommand',
    input: {
      Name: 'later',
      ScheduleExpression: 'at(2026-12-01T00:00:00)',
      Target: { Arn: 'queue', Input: text },
    },
    deliver: (sent) => batch(queueRecord(String((sent['Target'] as Fields)['Input']))),
  },
};

/** An event of S3 about an object, as a bucket notifies a function, and through a queue, a topic, a bus. */
export function objectEvents(key: string): Readonly<Record<string, unknown>> {
  const notification = batch({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: {
      bucket: { name: 'uploads' },
      object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: 1 },
    },
  });
  const event = busEvent(
    {
      Source: 'aws.s3',
      DetailType: 'Object Created',
      Detail: JSON.stringify({ bucket: { name: 'uploads' }, object: { key, size: 1 } }),
    },
    {},
  );
  return {
    'bucket → function': notification,
    'bucket → queue → function': batch(queueRecord(JSON.stringify(notification))),
    'bucket → topic → function': batch(topicRecord({ Message: JSON.stringify(notification) })),
    'bucket → topic → queue → function': batch(
      queueRecord(envelope({ Message: JSON.stringify(notification) })),
    ),
    'bucket → event bus → function': event,
    'bucket → event bus → queue → function': batch(queueRecord(JSON.stringify(event))),
  };
}

/** Requests of HTTP as each front end of AWS gives them, with some headers. */
export function requests(headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const many = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const capitals = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replaceAll(/\b[a-z]/g, (c) => c.toUpperCase()),
      value,
    ]),
  );
  return {
    'API Gateway, REST': {
      httpMethod: 'POST',
      path: '/orders',
      headers: capitals,
      multiValueHeaders: many,
      body: text,
      requestContext: {},
    },
    'API Gateway, HTTP': {
      version: '2.0',
      rawPath: '/orders',
      headers,
      body: text,
      requestContext: { http: { method: 'POST' } },
    },
    'load balancer': {
      httpMethod: 'POST',
      path: '/orders',
      headers,
      body: text,
      requestContext: { elb: {} },
    },
    'load balancer, multi-value headers': {
      httpMethod: 'POST',
      path: '/orders',
      multiValueHeaders: many,
      body: text,
      requestContext: { elb: {} },
    },
    'function URL': {
      version: '2.0',
      rawPath: '/',
      headers,
      body: text,
      requestContext: { http: { method: 'POST' } },
    },
    AppSync: { arguments: { orderId: 'ord_1' }, request: { headers }, info: { fieldName: 'order' } },
  };
}
