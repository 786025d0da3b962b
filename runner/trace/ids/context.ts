import { AsyncLocalStorage } from 'node:async_hooks';
import { isTraceparent, newTraceparent, traceIdOf } from './w3c.ts';

/** Ids of one series of events. They travel from hop to hop, and each log line has them. */
export interface TraceContext {
  /**
   * The correlation id: 1 to 128 letters, digits and `. _ : / @ + = -`. The first of these that is there: the id that came in, the trace id
   * that came in, OpenTelemetry's active trace id, a fresh one.
   */
  readonly id: string;
  /** W3C Trace Context. Its parent id is new in each context: the one of OpenTelemetry's active span, or a fresh one. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  /** W3C Baggage, as it came, up to 8,192 characters. */
  readonly baggage: string | undefined;
  /** True for the traffic of a canary: real effects, such as a charged card, may be left out. */
  readonly canary: boolean;
  /** Other ids that this work continues: of a batch, or OpenTelemetry's trace if another id came in. */
  readonly links: readonly string[];
}

/** Ids as a carrier holds them. */
export interface Carried {
  id?: string;
  traceparent?: string;
  tracestate?: string;
  baggage?: string;
  canary?: boolean;
}

interface Work {
  readonly context: TraceContext;
  /** The application's own part of the one record that the work is about; undefined if there are several, or if it is not known. */
  readonly payload?: unknown;
  /** The moment at which the function is stopped, in milliseconds since 1970. */
  readonly endsAtMs?: number | undefined;
}

const storage = new AsyncLocalStorage<Work>();

/** The ids of the work at hand; undefined outside of any. */
export function current(): TraceContext | undefined {
  return storage.getStore()?.context;
}

/** The record that the work at hand is about, and the end of its time. */
export function currentWork(): Omit<Work, 'context'> {
  return storage.getStore() ?? {};
}

/** Runs some work, and all that it starts, under some ids. */
export function runIn<T>(context: TraceContext, work: () => T, about: Omit<Work, 'context'> = {}): T {
  return storage.run({ ...about, context }, work);
}

/** Puts the rest of this call, and all that it starts, under some ids. For frameworks whose hooks cannot wrap; else use {@link runIn}. */
export function enter(context: TraceContext, about: Omit<Work, 'context'> = {}): void {
  storage.enterWith({ ...about, context });
}

/** True in the traffic of a canary. */
export function isCanary(): boolean {
  return current()?.canary ?? false;
}

/** A context out of the ids that came in, completed by OpenTelemetry's active trace, if the application has one, or by fresh ids. */
export function contextOf(
  { id: came, traceparent: parent, tracestate, baggage, canary }: Carried,
  links: readonly string[] = [],
): TraceContext {
  const active = activeTraceparent();
  const traceparent = parent === undefined && active !== undefined ? active : newTraceparent(parent);
  const id = came ?? traceIdOf(traceparent);
  const all = active === undefined ? links : [...links, traceIdOf(active)];
  return {
    id,
    traceparent,
    tracestate,
    baggage,
    canary: canary === true || id.startsWith('canary-'),
    links: all.filter((link) => !id.endsWith(link)),
  };
}

/** The ids for the next hop: their parent is OpenTelemetry's active span, if the application has one. */
export function outgoing(): TraceContext | undefined {
  const context = current();
  const traceparent = activeTraceparent();
  return context === undefined || traceparent === undefined ? context : { ...context, traceparent };
}

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

interface OpenTelemetry {
  readonly context?: {
    active(): { getValue(key: symbol): { spanContext(): SpanContext } | undefined };
  };
}

/** The active span of OpenTelemetry's global API 1.x, found by the keys under which @opentelemetry/api keeps it: nothing is imported. */
function activeTraceparent(): string | undefined {
  const api = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')] as
    | OpenTelemetry
    | undefined;
  const span = api?.context?.active().getValue(Symbol.for('OpenTelemetry Context Key SPAN'))?.spanContext();
  if (span === undefined) return undefined;
  const traceparent = `00-${span.traceId}-${span.spanId}-${(span.traceFlags % 256).toString(16).padStart(2, '0')}`;
  return isTraceparent(traceparent) ? traceparent : undefined;
}
