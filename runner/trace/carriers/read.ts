import type { Carried } from '../ids/context.ts';
import { decoded, parsed } from '../ids/parsed.ts';
import { fromXRay, isTraceparent, isTracestate } from '../ids/w3c.ts';
import { fieldsOf } from './records.ts';

/** Text beyond this is not searched for ids: the largest message of SQS, in characters. */
const MOST_SEARCHED = 1_048_576;

const DEEPEST = 8;

/**
 * The parts of an event in which ids stand, in the order in which they are read. The writing of the last hop comes before what it passed on.
 * One list serves all carriers, and their nestings.
 */
const PARTS = [
  'headers',
  'multiValueHeaders',
  'messageAttributes',
  'MessageAttributes',
  'metadata',
  'Metadata',
  'M',
  'custom',
  'Custom',
  'NewImage',
  'OldImage',
  'attributes',
  'request',
  'Sns',
  'dynamodb',
  'kinesis',
  'detail',
  'requestPayload',
  'input',
  'Input',
  'Message',
  'body',
  'data',
];

/** Ids found in an event, a record or a message, whatever carried it. */
export function read(...sources: readonly unknown[]): Carried {
  const found: Carried = {};
  for (const source of sources) collect(source, found, 0);
  return found;
}

function collect(given: unknown, found: Carried, depth: number): void {
  const source = parsed(given, MOST_SEARCHED) as Readonly<Record<string, unknown>>;
  if (typeof source !== 'object' || source === null || Array.isArray(source) || depth > DEEPEST) return;
  const here = idsOf(source);
  // A tracestate is of use next to its traceparent only.
  if (found.traceparent !== undefined || here.traceparent === undefined) delete here.tracestate;
  Object.assign(found, { ...here, ...found });
  // `data` is what a record of Kinesis or Firehose holds.
  const isRequest = typeof source['requestContext'] === 'object' && 'body' in source;
  for (const part of PARTS) {
    // The body of a caller is no carrier, unless the caller is a topic.
    if (part === 'body' && isRequest && !isFromTopic(source[part])) continue;
    collect(part === 'data' ? decoded(source[part]) : source[part], found, depth + 1);
  }
}

function isFromTopic(body: unknown): boolean {
  const { Type, TopicArn } = fieldsOf(parsed(body, MOST_SEARCHED));
  return Type === 'Notification' && TopicArn !== undefined;
}

const idIn = (text: string): Carried => (/^[\w.:/@+=-]{1,128}$/.test(text) ? { id: text } : {});
const traceparentIn = (text = ''): Carried => (isTraceparent(text) ? { traceparent: text } : {});
const xrayIn = (text: string): Carried => traceparentIn(fromXRay(text));

/**
 * Names of ids as headers, attributes, metadata and items spell them, in lower case and without `x-` or `x-amz-meta-`. The first one wins. The
 * header `x-canary` holds the canary's name.
 */
const READERS = new Map<string, (text: string) => Carried>([
  ['correlation-id', idIn],
  ['correlationid', idIn],
  ['traceparent', traceparentIn],
  ['amzn-trace-id', xrayIn],
  ['awstraceheader', xrayIn],
  ['tracestate', (text) => (isTracestate(text) ? { tracestate: text } : {})],
  ['baggage', (text) => (/^[ -~]{1,8192}$/.test(text) ? { baggage: text } : {})],
  ['canary', (text) => (text === 'true' ? { canary: true } : {})],
  ['x-canary', (text) => (text === '' || text === 'false' ? {} : { canary: true })],
]);

function idsOf(source: Readonly<Record<string, unknown>>): Carried {
  const texts = new Map<string, string>();
  for (const [given, value] of Object.entries(source)) {
    const name = given.toLowerCase().replace(/^x-(?!canary$)(amz-meta-)?/, '');
    if (READERS.has(name)) texts.set(name, textOf(value));
  }
  let here: Carried = {};
  if (texts.size > 0) for (const [name, take] of READERS) here = { ...take(texts.get(name) ?? ''), ...here };
  return here;
}

/** A value as the carriers wrap it: an attribute of SQS or SNS, of a table's item, a header with several values. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null) return value === true ? 'true' : '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join();
  const { stringValue, StringValue, Value, S, BOOL } = value as Record<string, unknown>;
  return textOf(stringValue ?? StringValue ?? Value ?? S ?? BOOL);
}
