/** The forms of a trace id: W3C Trace Context (https://www.w3.org/TR/trace-context-2/) and X-Ray. */

/** Of any version but ff. Only versions after 00 may go on behind the four fields. */
const TRACEPARENT = /^(?!ff|00.{54})[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;
const MEMBER =
  /^([a-z][a-z\d_*/-]{0,255}|[a-z\d][a-z\d_*/-]{0,240}@[a-z][a-z\d_*/-]{0,13})=[ -+\--<>-~]{0,256}$/;
const XRAY_ROOT = /Root=1-([\da-f]{8})-([\da-f]{24})/i;
const XRAY_PARENT = /Parent=([\da-f]{16})/i;

export function isTraceparent(text: string | undefined): text is string {
  return TRACEPARENT.test(text ?? '');
}

/** 32 hex digits. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** True for a tracestate of 1 to 32 members with different keys. A faulty one is dropped whole. */
export function isTracestate(text: string): boolean {
  const members = text.split(',').flatMap((member) => member.trim() || []);
  const keys = new Set(members.map((member) => MEMBER.exec(member)?.[1]));
  return keys.size === members.length && keys.size > 0 && keys.size <= 32 && !keys.has(undefined);
}

/**
 * A traceparent of version 00 with a fresh parent id: in the trace of another, or in a fresh trace. A fresh trace id begins with the second of
 * now, so that X-Ray takes it too.
 */
export function newTraceparent(from?: string): string {
  const second = Math.floor(Date.now() / 1000).toString(16);
  const [trace, flags] =
    from === undefined ? [`${second}${hex(12)}`, '01'] : [traceIdOf(from), from.slice(53, 55)];
  return `00-${trace}-${hex(8)}-${flags}`;
}

/** `X-Amzn-Trace-Id` as a traceparent; undefined if it names no root. */
export function fromXRay(header: string): string | undefined {
  const [, second, rest] = XRAY_ROOT.exec(header) ?? [];
  if (second === undefined) return undefined;
  const parent = XRAY_PARENT.exec(header)?.[1] ?? hex(8);
  return `00-${second}${rest}-${parent}-0${header.includes('Sampled=1') ? 1 : 0}`.toLowerCase();
}

/** A traceparent as the value of `X-Amzn-Trace-Id`. X-Ray refuses ids whose first eight digits are no second of the last 30 days. */
export function toXRay(traceparent: string): string {
  const id = traceIdOf(traceparent);
  return `Root=1-${id.slice(0, 8)}-${id.slice(8)};Parent=${traceparent.slice(36, 52)};Sampled=${Number(`0x${traceparent.slice(53)}`) % 2}`;
}

/** Random bytes that are not yet used. They are drawn many at a time: a draw costs as much as the rest of a context. */
let random = Buffer.alloc(0);

/** Random hex digits, two for each byte. */
export function hex(bytes: number): string {
  if (random.length < bytes) random = Buffer.from(crypto.getRandomValues(new Uint8Array(1_024)));
  const digits = random.toString('hex', 0, bytes);
  random = random.subarray(bytes);
  return digits;
}
