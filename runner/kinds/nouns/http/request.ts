import { Type } from 'typebox';
import { DefinitionError, ObserverError } from '../../../core/base/errors.ts';
import { asCaseless, type Json, type JsonMap } from '../../../core/base/json.ts';
import { type Numeric, scalarText } from '../../../core/base/numbers.ts';
import { credentialsInRequest, textsOf } from '../../../core/inbox/credentials-in-request.ts';
import type { InboxAnswer, MissedRequest } from '../../../core/inbox/ports.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import type { JournalEntry } from '../../../core/taps/ports.ts';
import { BODY_VIEW, readBody } from '../../body.ts';
import type { InputFault, Noun } from '../../kind.ts';
import { beyondLimit, type ReadLimit } from '../../read-limit.ts';
import { anyJson, closed, scalars } from '../../schema.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const answer = closed({
  status: Type.Optional(
    Type.Integer({ minimum: 200, maximum: 599, description: 'Status code from 200 to 599; 200 by default' }),
  ),
  headers: Type.Optional(scalars('Headers of the answer')),
  body: Type.Optional(anyJson('Sent as JSON; text is sent as it is')),
});

const input = closed({
  method: Type.Optional(
    Type.String({
      pattern: `^(${METHODS.join('|')})$`,
      description: `${METHODS.slice(0, -1).join(', ')} or ${METHODS.at(-1)}; any by default`,
    }),
  ),
  path: Type.Optional(
    Type.String({
      pattern: '^/',
      description: 'Its path below ${run.inbox}, with a slash at its beginning: /paid; any by default',
    }),
  ),
  answer: Type.Optional(
    Type.Unsafe<AnswerInput>({
      ...answer,
      description: 'The answer that it gets; an empty one of status 200 by default',
    }),
  ),
});

interface AnswerInput {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | Numeric>>;
  readonly body?: Json;
}

const LIMIT: ReadLimit = { most: 100, unit: 'requests' };

/** Sees what the system sends to the inbox of the run. */
export const request = {
  name: 'request',
  summary: 'a request that the system sends to `${run.inbox}`, the URL of the run',
  input,
  view: {
    method: { type: 'text', words: METHODS, description: 'its method' },
    path: { type: 'text', description: 'its path below the inbox; `/` for the inbox itself' },
    query: { type: 'map', description: 'parameters by name; a repeated one is a list' },
    headers: {
      type: 'map',
      description: 'header by name, without regard to case; a repeated header is a list',
    },
    body: { description: BODY_VIEW.replace('1 MiB', '256 KiB') },
  },
  selects: 'address',
  repliesToUs: true,
  inbox: true,
  consistency:
    'A request with the token of the run, as the inbox received it. The last look sends a request of our own over the same URL: if it does not arrive, the check is an error.',
  reads: LIMIT,
  pauseMs: { first: 25, longest: 2_000 },
  permissions: () => [],
  hop: ({ method, path }) => ['inbox', method, path].filter((word) => word !== undefined).join(' '),
  quotes: ['body'],
  lacksId: () => 'the request has the id neither in a header nor in its body',
  example: `expect: request
method: POST
path: /paid
answer:
  status: 202
has:
  body:
    status: PAID
count: 1
within: 30s
`,
  faults: ({ path, answer: given }) => [...pathFaults(path), ...answerFaults(given)],
  open: async ({ method, path, answer: given }, context) => {
    const { inbox } = context;
    if (inbox === undefined)
      throw new DefinitionError(
        'No inbox can be opened here, so no request can be seen. Use run, watch or a stack.',
      );
    if (given !== undefined) await inbox.answer({ method, path, answer: answerOf(given) });
    const read = evidenceOnce();
    return {
      poll: async ({ sinceMs, last }) => {
        if (last) {
          await inbox.assertReachable();
          refuseMissed(await inbox.missed(sinceMs), { method, path });
        }
        const entries = await inbox.read();
        for (const { text, name } of entries.flatMap(({ data }) => credentialsInRequest(rawOf(data))))
          inbox.mask(text, name);
        if (entries.length > LIMIT.most)
          throw beyondLimit(LIMIT, 'the inbox of this run', 'Let the system send fewer.');
        const here = entries.filter((entry) => missedBy(entry, { method, path }) === undefined);
        const counted = here.filter(({ happenedAtMs }) => happenedAtMs >= sinceMs);
        const elsewhere = entries.flatMap((entry) => missedBy(entry, { method, path }) ?? []);
        const earlier = here.length - counted.length;
        return {
          selected: await Promise.all(counted.map(read)),
          nearby:
            counted.length > 0
              ? []
              : elsewhere.map((why) => `1 request was not selected: ${why}`).slice(0, 3),
          ...(earlier === 0 ? {} : { earlier }),
        };
      },
      subscribe: (wake) => inbox.subscribe(wake),
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

/** The requests of a check. */
interface Address {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
}

/** The raw request of an entry. */
interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: JsonMap;
  readonly headers: JsonMap;
  /** In base64. */
  readonly body: string;
}

/** A request that was not read may be the one of the check. */
function refuseMissed(missed: readonly MissedRequest[], { method, path }: Address): void {
  const one = missed.find(
    (other) =>
      (other.method ?? method) === (method ?? other.method) && (other.path ?? path) === (path ?? other.path),
  );
  if (one === undefined) return;
  const name = one.path === undefined ? 'A request' : `The request ${one.method} ${one.path}`;
  throw new ObserverError(
    `${name} came to the inbox, which could not take it: ${one.why}. It may be the one of this check.`,
  );
}

function rawOf(data: JournalEntry['data']): RawRequest {
  return data as unknown as RawRequest;
}

function missedBy({ data }: JournalEntry, { method, path }: Address): string | undefined {
  const sent = rawOf(data);
  const isOther = (method ?? sent.method) !== sent.method || (path ?? sent.path) !== sent.path;
  return isOther ? `it is ${sent.method} ${sent.path}` : undefined;
}

/** The evidence of an entry, read once: a body is decoded when it is first looked at. */
function evidenceOnce(): (entry: JournalEntry) => Promise<Evidence> {
  const known = new Map<string, Promise<Evidence>>();
  return (entry) => {
    const evidence = known.get(entry.id) ?? evidenceOf(entry);
    known.set(entry.id, evidence);
    return evidence;
  };
}

async function evidenceOf({
  id,
  receivedAtMs,
  happenedAtMs,
  data,
  unread = [],
}: JournalEntry): Promise<Evidence> {
  const { method, path, query, headers, body: encoded } = rawOf(data);
  const { body, ...more } = await readBody({
    bytes: Buffer.from(encoded, 'base64'),
    isWhole: true,
    contentEncoding: textsOf(headers['content-encoding'] ?? [])[0],
    contentType: textsOf(headers['content-type'] ?? [])[0],
  });
  const faults = [...unread, ...(more.unread ?? [])];
  return {
    kind: 'request',
    id,
    takenAtMs: receivedAtMs,
    happenedAtMs,
    data: { method, path, query, headers: asCaseless(headers), body },
    final: true,
    ...more,
    ...(faults.length === 0 ? {} : { unread: faults }),
  };
}

function answerOf({ status = 200, headers = {}, body }: AnswerInput): InboxAnswer {
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), scalarText(value)]),
  );
  if (body === undefined) return { status, headers: given, body: '' };
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    status,
    headers: { 'content-type': type, ...given },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** A path is compared without its query. */
function pathFaults(path: string | undefined): readonly InputFault[] {
  if (path === undefined || !/[?#]/.test(path)) return [];
  const message = 'a path ends before its query';
  return [{ key: 'path', message, hint: 'compare the parameters: has: { query: … }' }];
}

/** A token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Headers of the connection, which the receiver sets itself. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding']);

function answerFaults(given: AnswerInput | undefined): readonly InputFault[] {
  const headers = Object.entries(given?.headers ?? {}).flatMap(([name, value]): readonly InputFault[] => {
    const within = ['headers', name];
    if (!HEADER_NAME.test(name) || OF_CONNECTION.has(name.toLowerCase()))
      return [
        {
          key: 'answer',
          within,
          message: `'${name}' is no header that an answer can have`,
          hint: 'leave it out',
        },
      ];
    return /[^\t\x20-\x7e\x80-\xff]/.test(scalarText(value))
      ? [
          {
            key: 'answer',
            within,
            message: 'the value of a header has one line, and no characters beyond Latin-1',
            hint: 'put it into the body',
          },
        ]
      : [];
  });
  const isEmpty = given?.body === undefined;
  const takesNone = given?.status === 204 || given?.status === 304;
  return takesNone && !isEmpty
    ? [
        ...headers,
        {
          key: 'answer',
          within: ['body'],
          message: `an answer of status ${given.status} has no body`,
          hint: 'use 200',
        },
      ]
    : headers;
}
