import type { TraceContext } from '../ids/context.ts';
import { parsed } from '../ids/parsed.ts';
import { hex, toXRay } from '../ids/w3c.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A function that is given the name of a field that had no room for the id. */
export type OnLoss = (field: string) => void;

/** Changes a part of a command's input that has a certain field, and thereby carries a message. */
type Writer = (part: Fields, context: TraceContext, onLoss: OnLoss) => Fields;

/** SQS takes ten attributes, and raw delivery from a topic to a queue takes no more. */
const MOST_ATTRIBUTES = 10;

/** SNS and EventBridge take 262,144 bytes. A text of more characters gets nothing: each may take four bytes. */
const MOST_TEXT = 60_000;

/** Commands of the AWS SDK, version 3, that carry a message, by their classes. Those of the document client end in the same ones. */
const COMMANDS =
  /^(PutEvents|Publish(Batch)?|SendMessage(Batch)?|PutRecord(s|Batch)?|(Put|Update)Item|BatchWriteItem|TransactWriteItems|PutObject|CreateMultipartUpload|Start(Sync)?Execution|Invoke|(Create|Update)Schedule)Command$/;

/** Fields whose values have messages in them. */
const OUTER =
  /^(Entries|PublishBatchRequestEntries|Records?|TransactItems|Put|Update|RequestItems|PutRequest|Target)$/;

/** A command's input with the ids in it, by the command's name; the input itself if the command carries no message. What it has stays. */
export function write(command: string, input: Fields, context: TraceContext, onLoss: OnLoss): Fields {
  return COMMANDS.test(command) ? (visit(input, context, onLoss) as Fields) : input;
}

/** A part of an input with the ids in all messages. The keys of a map of tables are no fields. */
function visit(part: unknown, context: TraceContext, onLoss: OnLoss, areTables = false): unknown {
  if (Array.isArray(part)) return part.map((one) => visit(one, context, onLoss));
  if (!isMap(part)) return part;
  let written = part;
  for (const [field, value] of Object.entries(part)) {
    const writer = areTables ? undefined : WRITERS[field];
    if (writer !== undefined) written = writer(written, context, onLoss);
    else if (areTables || OUTER.test(field))
      written = { ...written, [field]: visit(value, context, onLoss, field === 'RequestItems') };
  }
  return written;
}

/** The ids as text, by the names that {@link read} knows, the most important ones first. */
function texts({
  id,
  traceparent,
  canary,
  tracestate,
  baggage,
}: TraceContext): Readonly<Record<string, string>> {
  return defined({
    correlationId: id,
    traceparent,
    canary: canary ? 'true' : undefined,
    tracestate,
    baggage,
  });
}

/** Headers for a request. */
export function headersOf(context: TraceContext): Readonly<Record<string, string>> {
  const { correlationId, canary, ...others } = texts(context);
  return defined({
    'x-correlation-id': correlationId,
    'x-canary': canary,
    'x-amzn-trace-id': toXRay(context.traceparent),
    ...others,
  });
}

/** Adds the ids as `metadata` to a field that holds a JSON object, as text or as bytes. */
const inJson =
  (field: string): Writer =>
  (part, context, onLoss) => {
    const given = part[field] ?? '{}';
    const text = typeof given === 'string' ? given : Buffer.from(given as Uint8Array).toString();
    const value = parsed(text);
    const own = isMap(value) ? (value['metadata'] ?? {}) : undefined;
    if (!isMap(own) || text.length > MOST_TEXT) {
      onLoss(field);
      return part;
    }
    const metadata = defined({ ...texts(context), canary: context.canary || undefined, ...own });
    const filled = JSON.stringify({ ...(value as Fields), metadata });
    return { ...part, [field]: typeof given === 'string' ? filled : Buffer.from(filled) };
  };

const inAttributes: Writer = (part, context, onLoss) => {
  const own = (part['MessageAttributes'] ?? {}) as Fields;
  const room = String(part['Message']).length > MOST_TEXT ? 0 : MOST_ATTRIBUTES - Object.keys(own).length;
  const ours = Object.entries(texts(context)).slice(0, Math.max(room, 0));
  if (ours.length === 0) onLoss('MessageAttributes');
  return {
    ...part,
    MessageAttributes: {
      ...Object.fromEntries(ours.map(([name, value]) => [name, attribute(value)])),
      ...own,
    },
  };
};

/** SQS counts its own attribute neither among the ten nor as part of the message. */
const inMessage: Writer = (part, context, onLoss) => ({
  ...inAttributes(part, context, onLoss),
  MessageSystemAttributes: {
    AWSTraceHeader: attribute(toXRay(context.traceparent)),
    ...(part['MessageSystemAttributes'] as object),
  },
});

/** Attributes of an item, in the form of the client or in that of the document client, whichever its others have. */
function attributesLike(others: unknown, { id, canary }: TraceContext): Fields {
  const isPlain = Object.values(others ?? {}).some((value) => !isMap(value));
  const valueOf = (text: string) => (isPlain ? text : { S: text });
  return defined({ correlationId: valueOf(id), canary: canary ? valueOf('true') : undefined });
}

/** An update also sets the id, unless its expression does. */
const inUpdate: Writer = (part, context) => {
  const expression = String(part['UpdateExpression']);
  const { ExpressionAttributeNames, ExpressionAttributeValues: values, Key } = part;
  if (/correlationId/.test(JSON.stringify([expression, ExpressionAttributeNames, Key]))) return part;
  const [, before = '', after = expression] = /^(.*?\bset\b)(.*)$/is.exec(expression) ?? [];
  return {
    ...part,
    UpdateExpression: `${before || 'SET'} correlationId = :coalmineId${before && ','} ${after}`,
    ExpressionAttributeValues: {
      ...(values as object),
      ':coalmineId': attributesLike(values, context)['correlationId'],
    },
  };
};

/** Writers, by the field that a part has. */
const WRITERS: Readonly<Record<string, Writer>> = {
  Detail: (part, context, onLoss) =>
    inJson('Detail')({ TraceHeader: toXRay(context.traceparent), ...part }, context, onLoss),
  Message: inAttributes,
  MessageBody: inMessage,
  Data: inJson('Data'),
  FunctionName: inJson('Payload'),
  Input: inJson('Input'),
  stateMachineArn: (part, context, onLoss) => {
    const name = `${context.id.replaceAll(/[^\w-]/g, '-').slice(0, 71)}-${hex(4)}`;
    return inJson('input')({ name, traceHeader: toXRay(context.traceparent), ...part }, context, onLoss);
  },
  Item: (part, context) => ({
    ...part,
    Item: { ...attributesLike(part['Item'], context), ...(part['Item'] as object) },
  }),
  UpdateExpression: inUpdate,
  Bucket: (part, context) => {
    const { correlationId, ...others } = texts(context);
    return {
      ...part,
      Metadata: { 'correlation-id': correlationId, ...others, ...(part['Metadata'] as object) },
    };
  },
};

function attribute(StringValue: string) {
  return { DataType: 'String', StringValue };
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function defined<Value>(
  fields: Readonly<Record<string, Value | undefined>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<
    string,
    Value
  >;
}
