import { type ObjectReader, readObject } from '../carriers/object.ts';
import { read } from '../carriers/read.ts';
import { payloadOf, recordsOf } from '../carriers/records.ts';
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
  handler: (event: Event, context?: never) => Promise<Result> | Result,
  options: TraceOptions = {},
): (event: Event, context?: unknown) => Promise<Result> {
  return async (event, lambdaContext) => {
    const records = recordsOf(event) ?? [event];
    const carried = await Promise.all(
      records.map(async (record) =>
        readObject(record, read(record, clientContextOf(lambdaContext)), options.s3),
      ),
    );
    const payload = payloadOfEvent(event);
    return runIn(
      joined(carried),
      () => {
        log(payload, options);
        return handler(event, lambdaContext as never);
      },
      payload,
    );
  };
}

/** The same as a decorator of a method that handles events: `@trace()`. */
export function trace(options: TraceOptions = {}) {
  return <This, Event, Result>(
    method: (this: This, event: Event, context?: never) => Promise<Result> | Result,
    _context: unknown,
  ): ((this: This, event: Event, context?: unknown) => Promise<Result>) =>
    function (this: This, event, lambdaContext) {
      return withTrace(method.bind(this), options)(event, lambdaContext);
    };
}

/** The same as a middleware of middy. It must be the first one. It cannot read objects of S3, since a hook that waits cannot set a context. */
export function traceMiddleware({ log: how = true }: Pick<TraceOptions, 'log'> = {}) {
  return {
    before: ({ event, context }: { readonly event: unknown; readonly context?: unknown }): void => {
      const records = recordsOf(event) ?? [event];
      const payload = payloadOfEvent(event);
      enter(joined(records.map((record) => read(record, clientContextOf(context)))), payload);
      log(payload, { log: how });
    },
  };
}

/** One context for the ids of several records. */
function joined(carried: readonly Carried[]): TraceContext {
  const named = carried.filter(({ id, traceparent }) => (id ?? traceparent) !== undefined);
  const [first = carried[0] ?? {}, ...others] = named;
  return contextOf(first, [...new Set(others.map((one) => contextOf(one).id))]);
}

function payloadOfEvent(event: unknown): unknown {
  const records = recordsOf(event);
  return records === undefined ? payloadOf(event) : records.map(payloadOf);
}

/** Logs what came in, unless it is turned off. A line that cannot be written is no reason to fail. */
export function log(payload: unknown, { log: how = true }: TraceOptions): void {
  if (how === false) return;
  try {
    logEvent(payload, how === true ? {} : how);
  } catch (thrown) {
    logError(thrown);
  }
}

/** The part of an invocation by `Invoke` next to its payload. */
export function clientContextOf(lambdaContext: unknown): unknown {
  return ((lambdaContext ?? {}) as { readonly clientContext?: unknown }).clientContext;
}
