import type { Clock, Random } from '../../core/base/clock.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { randomHex } from '../../core/base/run-id.ts';
import { answerFor } from '../../core/inbox/answers.ts';
import type { InboxAnswer, InboxDesk } from '../../core/inbox/ports.ts';
import { digestOf, splitTarget } from '../../core/inbox/token.ts';
import { CONTROL_PREFIX } from '../../core/taps/journal-record.ts';
import type { Journal, JournalEntry } from '../../core/taps/ports.ts';

/** The longest body that an inbox keeps, in bytes: in base64 it fits into an item of DynamoDB with its headers. */
export const LONGEST_REQUEST_BYTES = 262_144;
/** The most requests that one inbox takes, those of our own included. A check reads fewer. */
export const MOST_ADMITTED = 200;
/** The header of a probe of our own, which no check selects. */
export const PROBE_HEADER = 'x-coalmine-probe';

/** A request as a receiver got it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
  /** False if the body is longer than {@link LONGEST_REQUEST_BYTES}. */
  readonly isWhole: boolean;
}

/** The ports of a receiver. */
export interface ReceiveWith {
  readonly desk: Pick<InboxDesk, 'find' | 'admit'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly random: Random;
  /** The most requests of one inbox. */
  readonly most: number;
  /** The most by which the receiver's clock may be behind the run's, in milliseconds. */
  readonly clocksDifferMs: number;
}

/** Writes a request into the journal of its inbox, and gives the answer. Without the token of an open inbox it writes nothing. */
export async function receive(request: ReceivedRequest, of: ReceiveWith): Promise<InboxAnswer> {
  const target = splitTarget(request.target);
  if (target === undefined) return NOT_FOUND;
  const { token, path, query } = target;
  const digest = digestOf(token);
  const record = await of.desk.find(digest);
  const receivedAtMs = of.clock.nowMs();
  if (record === undefined || record.untilMs < receivedAtMs) return NOT_FOUND;
  const { method, headers } = request;
  const probe = headers[PROBE_HEADER];
  const entry: JournalEntry = {
    feed: feedOf(digest),
    id: typeof probe === 'string' ? probeId(probe) : randomHex(of.random, 16),
    keys: [],
    receivedAtMs,
    happenedAtMs: receivedAtMs + of.clocksDifferMs,
    data: {
      method,
      path,
      query: queryIn(query),
      headers,
      body: Buffer.from(request.body).toString('base64'),
    },
    ...(request.isWhole ? {} : { unread: [TOO_LARGE] }),
  };
  if (!(await of.desk.admit(digest, of.most))) return TOO_MANY;
  await of.journal.append([entry]);
  if (probe !== undefined) return PROBED;
  return request.isWhole ? answerFor(record.rules, { method, path }) : TOO_LONG;
}

/** The journal's name of an inbox. */
export function feedOf(digest: string): string {
  return `inbox ${digest}`;
}

/** The id of a probe's entry. */
export function probeId(probe: string): string {
  return `${CONTROL_PREFIX}${probe}`;
}

const TOO_LARGE = { path: 'body', why: 'it is larger than 256 KiB, and not kept', absent: true } as const;
const NOT_FOUND: InboxAnswer = plain(404, 'There is no such inbox, or its run is over.');
const TOO_MANY: InboxAnswer = plain(429, 'This inbox has taken all requests that it takes.');
const TOO_LONG: InboxAnswer = plain(413, 'This inbox takes bodies of 256 KiB at most.');
const PROBED: InboxAnswer = { status: 204, headers: {}, body: '' };

function plain(status: number, text: string): InboxAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

/** Parameters by name; a repeated one is a list. */
function queryIn(query: string): JsonMap {
  const given = new URLSearchParams(query);
  return Object.fromEntries(
    [...new Set(given.keys())].map((name) => {
      const values = given.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    }),
  );
}
