import { DeliveryError } from '../../../runner/core/base/errors.ts';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import type { Sort } from '../../../runner/core/blame/sorts.ts';
import { type NetworkError, networkErrorOf } from '../../../runner/core/network/network-errors.ts';
import { retryPauseMs } from '../../../runner/core/network/retry-after.ts';

const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 900_000;

/** Temporary statuses: a retry may succeed. All 5xx are among them. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Meaning of an answer that did not accept a notice. */
export interface Refusal {
  /** The receiver, without its address: `Slack (hooks.slack.com)`. */
  readonly from: string;
  readonly status: number;
  readonly retryAfterMs?: number | undefined;
  /** True if a retry may succeed although the status alone says otherwise. */
  readonly transient?: boolean;
  /** Remedy if a retry cannot help. */
  readonly advice: string;
  readonly cause?: unknown;
}

/** The error for an answer by its status: 408, 425, 429 and 5xx pass, everything else that is not 2xx stays. */
export function refusalOf(refusal: Refusal): DeliveryError {
  const { from, status, retryAfterMs, transient = false, advice, cause } = refusal;
  const permanent = !transient && !isTransient(status);
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  const next = permanent ? ` ${advice}` : ' It will be tried again.';
  return new DeliveryError(`${from} answered ${status}${redirect}, so the notice was not delivered.${next}`, {
    permanent,
    ...omitUndefined({ retryAfterMs, cause }),
  });
}

/** The error for an ambiguous answer: a duplicate is better than a lost notice. */
export function unsure(from: string, what: string, cause?: unknown): DeliveryError {
  return new DeliveryError(
    `${from} ${what}, so it is unknown if the notice was delivered. It will be tried again.`,
    { unclear: true, ...omitUndefined({ cause }) },
  );
}

/** The error for a connection that broke: without one nothing was sent, and otherwise the notice may have arrived. */
export function disconnected(from: string, what: string, thrown: unknown): DeliveryError {
  if (!isUnconnected(thrown)) return unsure(from, what, thrown);
  return new DeliveryError(`${from} ${what}, so the notice was not delivered. It will be tried again.`, {
    cause: thrown,
  });
}

/** True for an error of the look-up of a host, or of the attempt to connect. For a host with several addresses, Node collects the errors. */
function isUnconnected(thrown: unknown): boolean {
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isUnconnected);
  if (!Error.isError(thrown)) return false;
  const { syscall, code } = thrown as NodeJS.ErrnoException;
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** The error for an answer of success that does not say that the notice was taken: further tries may only repeat it. */
export function unclear(from: string, what: string): DeliveryError {
  return new DeliveryError(unsure(from, what).message, { unconfirmed: true });
}

/** The error for an attempt that took too long; `unconfirmed` if the receiver had the whole request. */
export function tooLate(from: string, unconfirmed = false): DeliveryError {
  return new DeliveryError(
    `${from} did not answer in time, so it is unknown if the notice was delivered. It will be tried again.`,
    { unclear: true, unconfirmed },
  );
}

/** The error for an attempt that failed before anything was sent, by no fault of the network: every further one would fail too. */
export function neverSent(from: string, thrown: unknown): DeliveryError {
  const what = Error.isError(thrown) ? thrown.name : typeof thrown;
  const known = networkErrorOf(thrown);
  const why =
    known !== undefined && SETTINGS.has(known.sort)
      ? known.words
      : 'No request can be made of its address: correct the channel.';
  return new DeliveryError(`${from} cannot be notified (${what}). Nothing was sent. ${why}`, {
    cause: thrown,
    permanent: true,
  });
}

/** The error for a page in place of an answer: of a proxy, a sign-in, or another server than the channel's. */
export function pageInstead(from: string, status: number): DeliveryError {
  return new DeliveryError(
    `${from} answered ${status} with an HTML page, so the notice was not delivered. Check that the address is that of a webhook, and that no proxy or sign-in stands before it.`,
    { permanent: true },
  );
}

/** True for the text of an HTML page. */
export function isPage(body: string): boolean {
  return /^\s*(<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html|head|body)\b/i.test(body);
}

/** Sorts of errors whose cause is a setting of AWS. */
const SETTINGS: ReadonlySet<Sort> = new Set(['invalid', 'noProfile', 'noRegion']);

/** Sorts of errors whose cause is the request that was to be made, a setting, or the code that makes it. */
const OWN: ReadonlySet<Sort> = new Set([...SETTINGS, 'request', 'ours', 'unknown']);

/** The connection error, if the network or the machine was in the way; undefined for any other error. */
export function troubleOf(thrown: unknown): NetworkError | undefined {
  const trouble = networkErrorOf(thrown);
  const isOwn = trouble === undefined || (OWN.has(trouble.sort) && !('syscall' in (thrown as Error)));
  return isOwn ? undefined : trouble;
}

function isTransient(status: number): boolean {
  return TRANSIENT.has(status) || status >= 500;
}

/**
 * The wait of a `Retry-After` header, in milliseconds: seconds or a date (RFC 9110, 10.2.3), kept between a second and a quarter of an
 * hour. Undefined if it is unreadable.
 */
export function waitMsOf(header: unknown, nowMs: number): number | undefined {
  const waitMs = retryPauseMs(header, nowMs);
  return waitMs === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, waitMs));
}
