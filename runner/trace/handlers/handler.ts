import { type ObjectReader, readObject } from '../carriers/object.ts';
import { read } from '../carriers/read.ts';
import { fieldsOf, payloadOf, recordsOf } from '../carriers/records.ts';
import { type Carried, contextOf, enter, runIn, type TraceContext } from '../ids/context.ts';
import { type EventLogOptions, logError, logEvent } from '../ids/log.ts';

export interface TraceOptions {
  /** False logs no events; true by default. */
  readonly log?: boolean | EventLogOptions;
  /** Reads the ids of objects in S3, whose events carry none: one HeadObject each. Without it each event gets a fresh id. */
  readonly s3?: ObjectReader;
}

/** Gives a handler the ids that its event carries. A batch whose records carry several ids gets the first one, with links to the others. */
export function withTrace<Event, Result>(
  handler: (event: Event, ...rest: never[]) => Result,
  options: TraceOptions = {},
): (event: Event, context?: unknown) => Promise<Awaited<Result>> {
  return async (event, lambdaContext): Promise<Awaited<Result>> => {
    const records = recordsOf(event) ?? [event];
    const carried = await Promise.all(
      records.map(async (record) =>
        readObject(record, read(record, clientContextOf(lambdaContext)), options.s3),
      ),
    );
    const result: unknown = await runIn(
      joined(carried),
      async () => {
        log(event, options);
        return handler(event, lambdaContext as never);
      },
      aboutOf(records, lambdaContext),
    );
    return result as Awaited<Result>;
  };
}

/** The same as a decorator of a method that handles events: `@trace()`. */
export function trace(options: TraceOptions = {}) {
  return <This, Event, Result>(
    method: (this: This, event: Event, ...rest: never[]) => Result,
    _context: unknown,
  ): ((this: This, event: Event, context?: unknown) => Promise<Awaited<Result>>) =>
    function (this: This, event, lambdaContext) {
      return withTrace<Event, Result>(method.bind(this), options)(event, lambdaContext);
    };
}

/** The same as a middleware of middy. It must be the first one. It cannot read objects of S3, since a hook that waits cannot set a context. */
export function traceMiddleware({ log: how = true }: Pick<TraceOptions, 'log'> = {}) {
  return {
    before: ({ event, context }: { readonly event: unknown; readonly context?: unknown }): void => {
      const records = recordsOf(event) ?? [event];
      const carried = records.map((record) => read(record, clientContextOf(context)));
      enter(joined(carried), aboutOf(records, context));
      log(event, { log: how });
    },
  };
}

/** One context for the ids of several records. */
function joined(carried: readonly Carried[]): TraceContext {
  const named = carried.filter(({ id, traceparent }) => (id ?? traceparent) !== undefined);
  const [first = carried[0] ?? {}, ...others] = named;
  return contextOf(first, [...new Set(others.map((one) => contextOf(one).id))]);
}

/** The one record that a handler works on, and the end of its time. Several records are nothing that a claim could name. */
export function aboutOf(records: readonly unknown[], lambdaContext: unknown) {
  const { getRemainingTimeInMillis: remaining } = fieldsOf(lambdaContext);
  const leftMs = typeof remaining === 'function' ? Number(remaining.call(lambdaContext)) : undefined;
  return {
    payload: records.length === 1 ? payloadOf(records[0]) : undefined,
    endsAtMs: leftMs === undefined ? undefined : Date.now() + leftMs,
  };
}

/** Logs an event, unless it is turned off. A line that cannot be written is no reason to fail. The payload is that of an event that is no batch. */
export function log(event: unknown, { log: how = true }: TraceOptions, payload?: unknown): void {
  if (how === false) return;
  try {
    const records = recordsOf(event);
    logEvent(
      records === undefined ? shownOf(event, payload) : records.map((record) => shownOf(record)),
      how === true ? {} : how,
    );
  } catch (thrown) {
    logError(thrown);
  }
}

/** The application's own part of an event. Of a request it is the method, the path, and a body that is JSON: the rest is the caller's own. */
function shownOf(event: unknown, payload = payloadOf(event)): unknown {
  const { requestContext, httpMethod, path, rawPath, request } = fieldsOf(event);
  if (fieldsOf(request)['headers'] !== undefined) return { arguments: fieldsOf(event)['arguments'] };
  if (typeof requestContext !== 'object' || fieldsOf(event)['requestPayload'] !== undefined) return payload;
  const method = httpMethod ?? fieldsOf(fieldsOf(requestContext)['http'])['method'];
  const body =
    typeof payload === 'string' ? `${payload.length} characters` : payload === event ? undefined : payload;
  return { method, path: path ?? rawPath, body };
}

/** The part of an invocation by `Invoke` next to its payload. */
export function clientContextOf(lambdaContext: unknown): unknown {
  return ((lambdaContext ?? {}) as { readonly clientContext?: unknown }).clientContext;
}
