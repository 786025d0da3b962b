import type { TraceContext } from '../ids/context.ts';
import { parsed } from '../ids/parsed.ts';
import { hex, toXRay } from '../ids/w3c.ts';
import { bytesIn, COMMANDS, exceeds, OF_ITEM } from './limits.ts';
import { fieldsOf } from './records.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A function that is given the name of a field that had no room for the id. */
export type OnLoss = (field: string) => void;

/** Changes a part of a command's input that has a certain field, and thereby carries a message. */
type Writer = (part: Fields, context: TraceContext, onLoss: OnLoss) => Fields;

/** SQS takes ten attributes, and raw delivery from a topic to a queue takes no more. */
const MOST_ATTRIBUTES = 10;

/** S3 takes 2,048 bytes of metadata. */
const MOST_METADATA_BYTES = 2_048;

/** DynamoDB takes 4 KB in an expression. */
const MOST_EXPRESSION_BYTES = 4_096;

/** Firehose takes 1,000 KiB in a record, Kinesis a little more. */
const MOST_RECORD_BYTES = 1_000_000;

/** Fields whose values have messages in them. */
const OUTER =
  /^(Entries|PublishBatchRequestEntries|Records?|TransactItems|Put|Update|RequestItems|PutRequest|Target)$/;

/** A command's input with the ids in it, by the command's name; the input itself if the command carries no message. What it has stays. */
export function write(command: string, input: Fields, context: TraceContext, onLoss: OnLoss): Fields {
  const limits = COMMANDS[command.replace(/Command$/, '')];
  if (limits === undefined) return input;
  // Each run of a schedule is a series of its own.
  if (command.endsWith('ScheduleCommand') && !String(input['ScheduleExpression']).startsWith('at(')) {
    onLoss('Target');
    return input;
  }
  const written = visit(input, context, onLoss) as Fields;
  if (!exceeds(limits, written, input)) return written;
  onLoss('the call');
  return input;
}

/** A part of an input with the ids in all messages. The keys of a map of tables are no fields. */
function visit(part: unknown, context: TraceContext, onLoss: OnLoss, areTables = false): unknown {
  if (Array.isArray(part)) return part.map((one) => visit(one, context, onLoss));
  if (!isMap(part)) return part;
  let written = part;
  for (const [field, value] of Object.entries(part)) {
    if (value === undefined) continue;
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

/** The fields of ours that the application has not set: an id of its own stays, however it is spelled. */
function besides(own: Fields, ours: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(own).map(plainNameOf));
  return Object.fromEntries(Object.entries(ours).filter(([name]) => !names.has(plainNameOf(name))));
}

function hasId(own: unknown): boolean {
  return Object.keys(fieldsOf(own)).some((name) => plainNameOf(name) === 'correlationid');
}

/** `X-Correlation-Id` and `correlationId` are one name. */
function plainNameOf(name: string): string {
  return name.toLowerCase().replace(/^x-(?=correlation)|-/g, '');
}

/** Adds the ids as `metadata` to a field that holds a JSON object, as text or as bytes. */
const inJson =
  (field: string, idsOf = metadataOf): Writer =>
  (part, context, onLoss) => {
    const given = part[field] ?? '{}';
    const text = textOf(given);
    const filled = text === undefined ? undefined : withMetadata(text, idsOf(context));
    if (filled === undefined) {
      if (!hasId(fieldsOf(parsed(text))['metadata'])) onLoss(field);
      return part;
    }
    return { ...part, [field]: typeof given === 'string' ? filled : Buffer.from(filled) };
  };

function metadataOf(context: TraceContext): Fields {
  return defined<unknown>({ ...texts(context), canary: context.canary || undefined });
}

/** Bytes as text; undefined if they are no UTF-8, or too many for a record. */
function textOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  if (!(given instanceof Uint8Array) || given.byteLength > MOST_RECORD_BYTES) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(given);
  } catch {
    return undefined;
  }
}

/**
 * The text of a JSON object with more `metadata`. All else stays as it is written: numbers beyond a double, spaces, the newline at the end.
 * Undefined if the text is none, or if its own metadata could be added to only by writing all of it anew.
 */
function withMetadata(text: string, metadata: Fields): string | undefined {
  const value = parsed(text);
  if (!isMap(value)) return undefined;
  const own = value['metadata'];
  if (own === undefined) {
    const end = text.lastIndexOf('}');
    const comma = Object.keys(value).length === 0 ? '' : ',';
    return `${text.slice(0, end)}${comma}"metadata":${JSON.stringify(metadata)}${text.slice(end)}`;
  }
  if (!isMap(own) || JSON.stringify(value) !== text) return undefined;
  return JSON.stringify({ ...value, metadata: { ...metadata, ...own } });
}

const inAttributes: Writer = (part, context, onLoss) => {
  const own = (part['MessageAttributes'] ?? {}) as Fields;
  const room = MOST_ATTRIBUTES - Object.keys(own).length;
  const ours = Object.entries(besides(own, texts(context))).slice(0, Math.max(room, 0));
  if (ours.length === 0 && !hasId(own)) onLoss('MessageAttributes');
  return {
    ...part,
    MessageAttributes: {
      ...Object.fromEntries(ours.map(([name, value]) => [name, attribute(value)])),
      ...own,
    },
  };
};

/**
 * The header of X-Ray; undefined in Lambda, where the SDK sends the one of the invocation by itself. That one has the function's segment, and
 * stops loops.
 */
function xrayOf({ traceparent }: TraceContext): string | undefined {
  return process.env['_X_AMZN_TRACE_ID'] === undefined ? toXRay(traceparent) : undefined;
}

/** SQS counts its own attribute neither among the ten nor as part of the message. */
const inMessage: Writer = (part, context, onLoss) => {
  const written = inAttributes(part, context, onLoss);
  const header = xrayOf(context);
  if (header === undefined) return written;
  const own = fieldsOf(part['MessageSystemAttributes']);
  return { ...written, MessageSystemAttributes: { AWSTraceHeader: attribute(header), ...own } };
};

/** Attributes of an item, in the form of the client or in that of the document client, whichever its others have. */
function attributesLike(others: unknown, { id, canary }: TraceContext): Fields {
  const isPlain = Object.values(fieldsOf(others)).some((value) => value !== undefined && !isAttribute(value));
  const valueOf = (text: string) => (isPlain ? text : { S: text });
  return defined({ correlationId: valueOf(id), canary: canary ? valueOf('true') : undefined });
}

const inItem: Writer = (part, context, onLoss) => {
  const input = fieldsOf(part['Item']);
  const Item = { ...attributesLike(input, context), ...input };
  if (!exceeds(OF_ITEM, Item, input)) return { ...part, Item };
  if (!hasId(input)) onLoss('Item');
  return part;
};

/** True for an attribute in the form of the client: a map of its type to its value. */
function isAttribute(value: unknown): boolean {
  const keys = Object.keys(fieldsOf(value));
  return keys.length === 1 && /^(S|N|B|SS|NS|BS|M|L|NULL|BOOL)$/.test(keys[0] ?? '');
}

/** An update also sets the id, unless its expression does, or has no room for it. */
const inUpdate: Writer = (part, context, onLoss) => {
  const expression = String(part['UpdateExpression']);
  const { ExpressionAttributeNames, ExpressionAttributeValues: values, Key } = part;
  if (
    /correlationId/.test(JSON.stringify([expression, ExpressionAttributeNames, Object.keys(fieldsOf(Key))]))
  )
    return part;
  const [, before = '', after = expression] = /^(.*?(?<![\w#:.])set\b)(.*)$/is.exec(expression) ?? [];
  const UpdateExpression = `${before || 'SET'} correlationId = :coalmineId${before && ','} ${after}`;
  if (Buffer.byteLength(UpdateExpression) > MOST_EXPRESSION_BYTES) {
    onLoss('UpdateExpression');
    return part;
  }
  const alike = { ...fieldsOf(values), ...fieldsOf(Key) };
  return {
    ...part,
    UpdateExpression,
    ExpressionAttributeValues: {
      ...fieldsOf(values),
      ':coalmineId': attributesLike(alike, context)['correlationId'],
    },
  };
};

/** A name that the caller gave stands for one input: the ids that are new in each attempt stay out of it. */
const stableOf = ({ id, canary }: TraceContext): Fields =>
  defined<unknown>({ correlationId: id, canary: canary || undefined });

const inExecution: Writer = (part, context, onLoss) => {
  if (part['name'] !== undefined) return inJson('input', stableOf)(part, context, onLoss);
  const name = `${context.id.replaceAll(/[^\w-]/g, '-').slice(0, 71)}-${hex(4)}`;
  return inJson('input')({ name, ...defined({ traceHeader: xrayOf(context) }), ...part }, context, onLoss);
};

/** The input of a universal target is the parameters of a call: nothing may be added to them. */
const inTarget: Writer = (part, context, onLoss) => {
  if (!String(part['Arn']).includes(':aws-sdk:')) return inJson('Input')(part, context, onLoss);
  onLoss('Input');
  return part;
};

/** The id comes first, as much of the rest as there is room for follows. */
const inObject: Writer = (part, context, onLoss) => {
  const { correlationId, traceparent, canary } = texts(context);
  const own = fieldsOf(part['Metadata']);
  const all = besides(own, defined({ 'correlation-id': correlationId, traceparent, canary }));
  let room = MOST_METADATA_BYTES - bytesIn(own);
  const taken = Object.entries(all).filter(([name, value]) => {
    const bytes = bytesIn({ [name]: value });
    if (bytes > room) return false;
    room -= bytes;
    return true;
  });
  const Metadata = { ...Object.fromEntries(taken), ...own };
  if (!hasId(Metadata)) onLoss('Metadata');
  return { ...part, Metadata };
};

/** Writers, by the field that a part has. */
const WRITERS: Readonly<Record<string, Writer>> = {
  Detail: (part, context, onLoss) =>
    inJson('Detail')({ ...defined({ TraceHeader: xrayOf(context) }), ...part }, context, onLoss),
  Message: inAttributes,
  MessageBody: inMessage,
  Data: inJson('Data'),
  FunctionName: (part, context, onLoss) =>
    inJson('Payload', part['DurableExecutionName'] === undefined ? metadataOf : stableOf)(
      part,
      context,
      onLoss,
    ),
  Input: inTarget,
  stateMachineArn: inExecution,
  Item: inItem,
  UpdateExpression: inUpdate,
  Bucket: inObject,
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
