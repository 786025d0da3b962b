import type { Random } from './clock.ts';

/** 32 lower-case hex digits, the first 8 the Unix second of the run's start: a W3C trace id that X-Ray accepts too. */
export type RunId = string & { readonly brand: 'RunId' };

/** Prefix of every correlation id, by which taps and consumers know canary traffic. */
export const CORRELATION_PREFIX = 'canary-';

const RUN_ID = /^[0-9a-f]{32}$/;
const SPELLED = /(?<![0-9a-f])(?:1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32})(?![0-9a-f])/g;

/** A fresh run id. `startedAtMs` is epoch milliseconds. */
export function newRunId(startedAtMs: number, random: Random): RunId {
  return `${secondOf(startedAtMs)}${randomHex(random, 12)}` as RunId;
}

/** The least text that is above the id of each run that started up to a moment, epoch milliseconds. */
export function runIdsEnd(startedUpToMs: number): string {
  return secondOf(Math.max(0, startedUpToMs + 1000));
}

/** Start of a run, by its id: epoch milliseconds, cut to the second. */
export function startOf(runId: RunId): number {
  return Number.parseInt(runId.slice(0, 8), 16) * 1_000;
}

function secondOf(atMs: number): string {
  return Math.floor(atMs / 1000)
    .toString(16)
    .padStart(8, '0');
}

/**
 * The id that the acts of a run's setup send: of the same second, with every other digit mirrored (`0` is `f`). No check of the run selects it.
 * The setup id of a setup id is the run's.
 */
export function setupIdOf(runId: RunId): RunId {
  const mirrored = runId.slice(8).replace(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
  return `${runId.slice(0, 8)}${mirrored}` as RunId;
}

/** True for the ids of one run: its own, and that of its setup. */
export function isIdOf(id: RunId, runId: RunId): boolean {
  return id === runId || id === setupIdOf(runId);
}

/** A text as a run id; undefined unless it is 32 lower-case hex digits. */
export function parseRunId(text: string): RunId | undefined {
  return RUN_ID.test(text) ? (text as RunId) : undefined;
}

/** A fresh span id: 16 hex digits, for `traceparent` and X-Ray's `Parent`. */
export function newSpanId(random: Random): string {
  return randomHex(random, 8);
}

/** The correlation id of a run: `canary-<run id>`. */
export function correlationIdOf(runId: RunId): string {
  return `${CORRELATION_PREFIX}${runId}`;
}

/** The id in X-Ray's spelling: `1-<8>-<24>` (AWS X-Ray developer guide, "Trace ID format"). */
export function xrayIdOf(runId: RunId): string {
  return `1-${runId.slice(0, 8)}-${runId.slice(8)}`;
}

/** W3C Trace Context `traceparent`, sampled. */
export function traceparentOf(runId: RunId, spanId: string): string {
  return `00-${runId}-${spanId}-01`;
}

/** The value of `X-Amzn-Trace-Id`, of PutEvents' `TraceHeader` and of SQS's `AWSTraceHeader`, sampled. */
export function xrayHeaderOf(runId: RunId, spanId: string): string {
  return `Root=${xrayIdOf(runId)};Parent=${spanId};Sampled=1`;
}

/** Every run id in a text, in any of its spellings, each once. */
export function runIdsIn(text: string): readonly RunId[] {
  const found = new Set<string>();
  for (const [spelled] of text.matchAll(SPELLED)) found.add(spelled.replace(/^1-|-/g, ''));
  return [...found] as RunId[];
}

/** So many random bytes in hex. */
export function randomHex(random: Random, count: number): string {
  return Buffer.from(random.bytes(count)).toString('hex');
}

/** Number of first digits of a run id that output shows: `coalmine show` takes them. */
export const SHOWN_DIGITS = 12;
