import type { Attribute, Span } from './span.ts';

/** Spans of one run, and the attributes of their resource. */
export interface SpansOfResource {
  readonly resource: readonly Attribute[];
  readonly spans: readonly Span[];
}

/** A span as text, so that its size is known. */
export interface WaitingSpan {
  readonly resource: string;
  readonly span: string;
  readonly bytes: number;
}

/** The longest body of a request, before compression. */
export const BATCH_BYTES = 4_000_000;
/** Spans that may wait, in bytes; the oldest of more are dropped. */
export const MOST_BYTES = 16_000_000;

const SCHEMA = 'https://opentelemetry.io/schemas/1.44.0';

/** Spans that wait to be sent, in bounded memory. */
export class SpanQueue {
  #waiting: WaitingSpan[] = [];
  #bytes = 0;
  #dropped = 0;

  get length(): number {
    return this.#waiting.length;
  }

  add({ resource, spans }: SpansOfResource): void {
    const of = JSON.stringify({ attributes: resource });
    for (const one of spans) {
      const span = JSON.stringify(one);
      this.#push({ resource: of, span, bytes: Buffer.byteLength(span) });
    }
    this.#trim();
  }

  /** Takes the oldest spans, as many as one request holds. */
  take(): readonly WaitingSpan[] {
    let bytes = 0;
    const more = this.#waiting.findIndex((one) => (bytes += one.bytes) > BATCH_BYTES);
    const taken = this.#waiting.splice(0, more === -1 ? this.#waiting.length : Math.max(1, more));
    this.#bytes -= taken.reduce((sum, one) => sum + one.bytes, 0);
    return taken;
  }

  /** Puts spans back in front of all others. */
  putBack(spans: readonly WaitingSpan[]): void {
    const later = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const one of [...spans, ...later]) this.#push(one);
    this.#trim();
  }

  /** The number of spans dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #push(one: WaitingSpan): void {
    this.#waiting.push(one);
    this.#bytes += one.bytes;
  }

  #trim(): void {
    let count = 0;
    while (this.#bytes > MOST_BYTES) {
      this.#bytes -= (this.#waiting[count] as WaitingSpan).bytes;
      count += 1;
    }
    this.#waiting.splice(0, count);
    this.#dropped += count;
  }
}

/** The body of a request: an `ExportTraceServiceRequest` as JSON. */
export function bodyOf(spans: readonly WaitingSpan[]): string {
  const resources = [...Map.groupBy(spans, ({ resource }) => resource)].map(
    ([resource, own]) =>
      `{"resource":${resource},"scopeSpans":[{"scope":{"name":"coalmine"},"schemaUrl":"${SCHEMA}","spans":[${own.map(({ span }) => span).join(',')}]}]}`,
  );
  return `{"resourceSpans":[${resources.join(',')}]}`;
}
