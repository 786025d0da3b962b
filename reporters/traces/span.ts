import { truncateText } from '../../runner/core/base/format.ts';

/** A span of OTLP as JSON (opentelemetry-proto 1.10, trace/v1): ids in hex, times in nanoseconds as text. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status?: Status;
}

export interface Status {
  readonly code: number;
  readonly message?: string;
}

export interface Attribute {
  readonly key: string;
  readonly value:
    | { readonly stringValue: string }
    | { readonly intValue: string }
    | { readonly arrayValue: { readonly values: readonly { readonly stringValue: string }[] } };
}

export const KIND = { internal: 1, client: 3 } as const;
export const STATUS = { ok: 1, error: 2 } as const;

/** Values of attributes by name; one that is undefined, empty or an empty list is left out. */
export type Values = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const LONGEST_VALUE = 1_024; // the limit that receivers commonly set; a reason has 500

export function attributesOf(values: Values): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined || value === '') return [];
    if (typeof value === 'string') return { key, value: textOf(value) };
    if (typeof value === 'number') return { key, value: { intValue: String(Math.round(value)) } };
    return value.length === 0 ? [] : { key, value: { arrayValue: { values: value.map(textOf) } } };
  });
}

/** Epoch milliseconds as nanoseconds, which are too large for a number. */
export function nanosOf(atMs: number): string {
  return `${Math.round(atMs * 1_000)}000`;
}

function textOf(value: string): { readonly stringValue: string } {
  return { stringValue: truncateText(value.toWellFormed(), LONGEST_VALUE) };
}
