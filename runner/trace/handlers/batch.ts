import { readObject } from '../carriers/object.ts';
import { read } from '../carriers/read.ts';
import { type EventRecord, failureIdOf, fieldsOf, isOrdered, recordsOf } from '../carriers/records.ts';
import { contextOf, runIn } from '../ids/context.ts';
import { logError } from '../ids/log.ts';
import { aboutOf, clientContextOf, log, type TraceOptions } from './handler.ts';

/** Answer to a queue or a stream: the records that are to come again. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Answer to a delivery stream: its records, transformed. */
export interface TransformResponse {
  readonly records: readonly { readonly recordId: string; readonly result: string; readonly data: string }[];
}

interface Outcome {
  readonly record: EventRecord;
  readonly value?: unknown;
  readonly error?: unknown;
}

/**
 * A handler that calls the work once for each record, under the record's own ids, with the application's own part of it.
 *
 * Records of a queue run at the same time, and those that fail come again. For that the event source mapping needs `ReportBatchItemFailures`:
 * without it Lambda takes them for done. Records of a stream or a FIFO queue run in order up to the first that fails. Topics and buckets get the
 * first error, once all records were tried. A delivery stream (Firehose) gets the values that the work returned, as JSON. An event that is no
 * batch is one record.
 *
 * @throws AggregateError if all records of a queue fail.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- these types are the application's to name
export function forEachRecord<Payload = unknown, OneRecord = EventRecord, Response = BatchResponse>(
  work: (payload: Payload, record: OneRecord) => unknown,
  options: TraceOptions = {},
): (event: unknown, context?: unknown) => Promise<Response> {
  return async (event, lambdaContext) => {
    const records = recordsOf(event) ?? [event as EventRecord];
    const attempt = async (record: EventRecord): Promise<Outcome> => {
      const failed = (error: unknown): Outcome => {
        logError(error);
        return { record, error: error ?? new Error('the work threw nothing') };
      };
      const tryOne = async (payload: unknown): Promise<Outcome> => {
        log(record, options, payload);
        try {
          return { record, value: await work(payload as Payload, record as OneRecord) };
        } catch (error) {
          return failed(error); // under the record's ids
        }
      };
      try {
        const carried = await readObject(record, read(record, clientContextOf(lambdaContext)), options.s3);
        const about = aboutOf([record], lambdaContext);
        return await runIn(contextOf(carried), async () => tryOne(about.payload), about);
      } catch (error) {
        return failed(error);
      }
    };
    const outcomes = records.every(isOrdered)
      ? await inOrder(records, attempt)
      : await Promise.all(records.map(attempt));
    const isTransform = 'deliveryStreamArn' in fieldsOf(event);
    return (isTransform ? transformed(outcomes) : responseOf(records, outcomes)) as Response;
  };
}

async function inOrder(
  records: readonly EventRecord[],
  attempt: (record: EventRecord) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const record of records) {
    if (outcomes.at(-1)?.error !== undefined) break;
    outcomes.push(await attempt(record));
  }
  return outcomes;
}

function responseOf(records: readonly EventRecord[], outcomes: readonly Outcome[]): BatchResponse {
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length === 0) return { batchItemFailures: [] };
  // Records after the first failure of an ordered batch were not tried: they come again too.
  const untried = records.slice(outcomes.length);
  const failed = [
    ...outcomes.filter(({ error }) => error !== undefined).map(({ record }) => record),
    ...untried,
  ];
  const ids = failed.map(failureIdOf);
  const [first] = errors;
  if (ids.includes(undefined)) throw first instanceof Error ? first : new Error(String(first));
  if (errors.length === records.length) throw new AggregateError(errors, String(first));
  return { batchItemFailures: ids.map((id) => ({ itemIdentifier: id as string })) };
}

function transformed(outcomes: readonly Outcome[]): TransformResponse {
  return {
    records: outcomes.map(({ record, value, error }) => ({
      recordId: String(record['recordId']),
      result: error === undefined ? 'Ok' : 'ProcessingFailed',
      data:
        error === undefined
          ? Buffer.from(JSON.stringify(value ?? null)).toString('base64')
          : String(record['data']),
    })),
  };
}
