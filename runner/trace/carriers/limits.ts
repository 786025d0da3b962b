/** Limits in bytes of a message. Queues and topics have either one; events and asynchronous invocations take the greater one. */
const OF_MESSAGE = [262_144, 1_048_576];

/** DynamoDB takes 400 KiB in an item, with the names of its attributes. */
export const OF_ITEM = [409_600];

/** A count may miss so many bytes: a service counts what is no text too, such as times. */
const UNCOUNTED = 1_024;

/**
 * Commands of the AWS SDK, version 3, that carry a message, by their classes, with the limits of a call in bytes. Those of the document client end
 * in the same ones.
 */
export const COMMANDS: Readonly<Record<string, readonly number[]>> = {
  PutEvents: OF_MESSAGE,
  Publish: OF_MESSAGE,
  PublishBatch: OF_MESSAGE,
  SendMessage: OF_MESSAGE,
  SendMessageBatch: OF_MESSAGE,
  StartExecution: OF_MESSAGE,
  StartSyncExecution: OF_MESSAGE,
  CreateSchedule: OF_MESSAGE,
  UpdateSchedule: OF_MESSAGE,
  Invoke: [...OF_MESSAGE, 6_291_456],
  PutRecord: [],
  PutRecords: [5_242_880, 10_485_760],
  PutRecordBatch: [4_194_304],
  PutItem: [],
  UpdateItem: [],
  BatchWriteItem: [16_777_216],
  TransactWriteItems: [4_194_304],
  PutObject: [],
  CreateMultipartUpload: [],
};

/** True if the ids, and not the input itself, go beyond one of the limits. */
export function exceeds(limits: readonly number[], written: unknown, input: unknown): boolean {
  return limits.some((most) => bytesIn(written) > most - UNCOUNTED && bytesIn(input) <= most);
}

/** The bytes of all texts, data and names in an input. */
export function bytesIn(part: unknown): number {
  if (part instanceof Uint8Array) return part.byteLength;
  if (typeof part !== 'object' || part === null) return Buffer.byteLength(String(part ?? ''));
  return Object.entries(part instanceof Set ? [...part] : part).reduce(
    (sum, [name, value]) => sum + bytesIn(name) + bytesIn(value),
    0,
  );
}
