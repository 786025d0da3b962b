import { isJsonMap, type Json } from '../../core/base/json.ts';
import { withoutReferences } from '../../core/base/reference-syntax.ts';
import type { FaultsOf, InputFault } from '../kind.ts';

/** A limit of a service on a text. */
export interface TextLimit {
  /** The service, as a message names it. */
  readonly service: string;
  /** The greatest length. */
  readonly most: number;
  /** The unit of that length: bytes of UTF-8 if it says so. */
  readonly unit: 'characters' | 'bytes';
  /** Texts that the service refuses, and the remedy for each. */
  readonly refused?: readonly { readonly find: RegExp; readonly message: string; readonly hint: string }[];
}

const KIB = 1_024;

/** EventBridge API, PutEventsRequestEntry. */
export const EVENT_SOURCE: TextLimit = {
  service: 'EventBridge',
  most: 256,
  unit: 'characters',
  refused: [
    {
      find: /^aws\./,
      message: "'aws.' begins the sources of AWS alone, and EventBridge takes them from no other",
      hint: 'write a source of your own, such as canary.orders',
    },
  ],
};
export const DETAIL_TYPE: TextLimit = { service: 'EventBridge', most: 128, unit: 'characters' };
/** EventBridge user guide, "PutEvents": all entries of one call, with their sources, types and resources. */
export const EVENT_BATCH_BYTES = 1_024 * KIB;
export const EVENT_DETAIL: TextLimit = { service: 'EventBridge', most: 1_024 * KIB, unit: 'bytes' };

/** SNS API, Publish. */
export const SUBJECT: TextLimit = {
  service: 'SNS',
  most: 100,
  unit: 'characters',
  refused: [
    {
      find: /[\r\n]/,
      message: 'a subject of SNS is one line',
      hint: 'write subject: without the line break',
    },
    {
      find: /[^\x20-\x7e]/,
      message: "SNS takes ASCII in a subject, and not '{found}'",
      hint: 'write it in ASCII; the body takes any character',
    },
    { find: /^ /, message: 'SNS takes no subject that begins with a space', hint: 'begin with a letter' },
  ],
};
export const SNS_MESSAGE: TextLimit = { service: 'SNS', most: 256 * KIB, unit: 'bytes' };

/** SQS API, SendMessage. */
export const SQS_MESSAGE: TextLimit = {
  service: 'SQS',
  most: 1_024 * KIB,
  unit: 'bytes',
  refused: [
    {
      find: /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/,
      message: 'SQS takes no control character in a message',
      hint: 'write the body as JSON, or in Base64',
    },
  ],
};
/** SQS API, SendMessageBatch: all bodies and attributes of one call. */
export const SQS_BATCH_BYTES = 1_024 * KIB;
export const GROUP_ID: TextLimit = {
  service: 'SQS',
  most: 128,
  unit: 'characters',
  refused: [
    {
      find: /[^\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]/,
      message: "'{text}' is no group: SQS takes letters, digits and punctuation, and not '{found}'",
      hint: 'write groupId: without it, such as my-canaries',
    },
  ],
};

/** SNS and SQS: names and values of message attributes. */
export const ATTRIBUTE_NAME: TextLimit = {
  service: 'SNS and SQS',
  most: 256,
  unit: 'characters',
  refused: [
    {
      find: /^(AWS|Amazon)\./i,
      message: "'{text}' begins with '{found}', which AWS keeps for itself",
      hint: 'write a name without AWS. or Amazon. before it',
    },
    {
      find: /[^\w.-]/,
      message: "'{text}' cannot be the name of an attribute",
      hint: 'a name has letters, digits, _, - and dots: write it without the rest',
    },
    {
      find: /^\.|\.$|\.\./,
      message: "'{text}' has a dot at its end, or two",
      hint: 'write single dots within the name',
    },
  ],
};

/** S3 user guide, "Object key names". */
export const OBJECT_KEY: TextLimit = { service: 'S3', most: 1_024, unit: 'bytes' };
/** DynamoDB developer guide, "Quotas": of a partition key; a sort key has 1,024, which only the table shows. */
export const ITEM_KEY: TextLimit = { service: 'DynamoDB', most: 2_048, unit: 'bytes' };
/** Step Functions, "Quotas": input of an execution. */
export const EXECUTION_INPUT: TextLimit = { service: 'Step Functions', most: 256 * KIB, unit: 'bytes' };
/** Kinesis, "Quotas and limits": a stream takes records of 1 MiB, or of up to 10 MiB if it is set so. */
export const STREAM_RECORD: TextLimit = { service: 'Kinesis', most: 10_240 * KIB, unit: 'bytes' };
/** Kinesis API, PutRecord. */
export const PARTITION_KEY: TextLimit = { service: 'Kinesis', most: 256, unit: 'characters' };
/** Step Functions API, SendTaskSuccess and SendTaskFailure. */
export const TASK_TOKEN: TextLimit = { service: 'Step Functions', most: 2_048, unit: 'characters' };
export const TASK_ERROR: TextLimit = { service: 'Step Functions', most: 256, unit: 'characters' };
export const TASK_CAUSE: TextLimit = { service: 'Step Functions', most: 32_768, unit: 'characters' };
/** Lambda, "Quotas": payload of a synchronous and of an asynchronous call. */
export const INVOKE_PAYLOAD: TextLimit = { service: 'Lambda', most: 6 * 1_024 * KIB, unit: 'bytes' };
export const QUEUED_PAYLOAD: TextLimit = { service: 'Lambda', most: 1_024 * KIB, unit: 'bytes' };
/** CloudWatch API, MetricStat. */
export const METRIC_NAMESPACE: TextLimit = {
  service: 'CloudWatch',
  most: 255,
  unit: 'characters',
  refused: [
    {
      find: /^:|[^\w.\-/#: ]/,
      message: "'{text}' cannot be a namespace of CloudWatch: it holds '{found}'",
      hint: 'write the namespace as CloudWatch shows it, such as AWS/Lambda',
    },
  ],
};

interface TextPlace {
  readonly key: string;
  readonly within?: readonly (string | number)[];
}

/** The fault of a text that a service refuses; values that only a run knows count for nothing. */
export function limitFaults(
  text: string | undefined,
  { service, most, unit, refused = [] }: TextLimit,
  place: TextPlace,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  if (text === undefined) return [];
  const known = filled ? text : withoutReferences(text, '');
  const rule = refused.find(({ find }) => find.test(known));
  if (rule !== undefined) {
    const [found = ''] = rule.find.exec(known) ?? [];
    const message = rule.message.replace('{found}', () => found).replace('{text}', () => text);
    return [{ ...place, message, hint: rule.hint }];
  }
  const length = unit === 'bytes' ? Buffer.byteLength(known) : known.length;
  if (length <= most) return [];
  const called = [place.key, ...(place.within ?? [])].join('.');
  const limit =
    unit === 'bytes' && most % KIB === 0 && most > 2 * KIB ? `${most / KIB} KiB` : `${most} ${unit}`;
  const has = unit === 'bytes' && length > 2 * KIB ? `${Math.ceil(length / KIB)} KiB` : `${length} ${unit}`;
  return [
    {
      ...place,
      message: `'${called}' has ${has}, more than ${service} takes`,
      hint: `write at most ${limit}`,
    },
  ];
}

/** The types of DynamoDB, as its API and its console write them. */
const TYPES = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);

/** True for `{ S: text }`, a value of DynamoDB with its type. */
export function isTyped(value: Json | undefined): boolean {
  if (value === undefined || !isJsonMap(value)) return false;
  const [type = '', ...others] = Object.keys(value);
  return others.length === 0 && TYPES.has(type);
}
