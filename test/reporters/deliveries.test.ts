import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelKind, notifiersOf } from '../../reporters/notifications/notifiers.ts';
import * as table from '../../reporters/notifications/table.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { DeliveryError } from '../../runner/core/base/errors.ts';
import type { Channel } from '../../runner/core/model/channel.ts';
import type { Lookup } from '../../runner/core/network/guarded-lookup.ts';
import type { Delivered, Notifier } from '../../runner/core/notice/notifier.ts';
import { NO_SECRETS } from '../../runner/core/redaction/redact.ts';
import { SERVED, TOKEN } from '../support/alerts/channel-servers.ts';
import { noticeOf } from '../support/alerts/notices.ts';
import { sampleOf } from '../support/effort.ts';
import { type SelfSigned, selfSigned } from '../support/network/certificate.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/network/fault-server.ts';

/** At small effort every 25th, and those at which the answer changes. */
const STATUSES = [
  ...sampleOf(
    Array.from({ length: 500 }, (_, n) => 100 + n),
    25,
  ),
  ...[199, 200, 202, 204, 299, 300, 399, 400, 408, 425, 429, 499, 500, 599],
];

const KINDS = Object.keys(table) as readonly ChannelKind[];
const BY_HTTP = ['slack', 'pagerduty', 'webhook'] as const;

/** Kinds that take any answer of success, whatever it says; an error in it aside. */
const BY_STATUS: ReadonlySet<ChannelKind> = new Set(['slack', 'webhook']);

let plain: FaultServer;
let untrusted: FaultServer;
let misnamed: FaultServer;
let certificates: { readonly untrusted: SelfSigned; readonly misnamed: SelfSigned };

beforeAll(async () => {
  certificates = { untrusted: selfSigned('localhost'), misnamed: selfSigned('somebody-else.example') };
  plain = await startFaultServer();
  untrusted = await startFaultServer(certificates.untrusted);
  misnamed = await startFaultServer(certificates.misnamed);
});
afterAll(async () => Promise.all([plain, untrusted, misnamed].map(async (server) => server.close())));

/** The real notifier of a kind, pointed at a server; AWS's clients too. */
function notifierTo(kind: ChannelKind, origin: string, more: NotifierOptions = {}): Notifier {
  return notifierAt({ name: 'c', kind, options: {}, ...SERVED[kind].at(origin) }, origin, more);
}

interface NotifierOptions {
  readonly ca?: string;
  readonly lookup?: Lookup;
}

function notifierAt(channel: Channel, origin = '', more: NotifierOptions = {}): Notifier {
  const clock = systemClock();
  const agents = {
    httpsAgent: new Agent({ ca: more.ca }),
    httpAgent: new HttpAgent({ lookup: more.lookup as never }),
  };
  const notifiers = notifiersOf({
    project: { channels: [channel] },
    environment: { name: 'prod', vars: {} },
    references: { read: async () => ({ value: 'x', secret: true }) },
    redactor: NO_SECRETS,
    kinds: table,
    clock,
    ...more,
    clientOf: (constructor) =>
      new constructor({
        region: 'eu-west-1',
        endpoint: origin,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
        requestHandler: more.ca === undefined && more.lookup === undefined ? undefined : agents,
      } as never),
  });
  return notifiers.get('c') as Notifier;
}

async function outcomeOf(
  notifier: Notifier,
  signal = new AbortController().signal,
): Promise<Delivered | DeliveryError> {
  try {
    const { answer } = await notifier.send(noticeOf(), { signal });
    return { answer };
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(DeliveryError);
    return thrown as DeliveryError;
  }
}

async function outcome(
  kind: ChannelKind,
  behaviour: Behaviour,
  notifier = notifierTo(kind, plain.origin),
): Promise<Delivered | DeliveryError> {
  const ending = new AbortController();
  plain.behave(behaviour);
  plain.onHang = () => ending.abort(new DOMException('took too long', 'TimeoutError'));
  return outcomeOf(notifier, ending.signal);
}

/** Properties of every fault: it has a class, marks possible delivery, and keeps the address out. */
function expectFault(
  found: Delivered | DeliveryError,
  wanted: { readonly permanent: boolean; readonly says?: RegExp },
): void {
  expect(found).toBeInstanceOf(DeliveryError);
  const fault = found as DeliveryError;
  expect({ permanent: fault.permanent, message: fault.message }).toEqual({
    permanent: wanted.permanent,
    message: expect.stringMatching(wanted.says ?? /was not delivered|unknown if the notice was delivered/),
  });
  expect(inspect(fault, { depth: 12, showHidden: true })).not.toContain(TOKEN);
  expect(fault.stack).not.toContain(TOKEN);
}

const nextHour = new Date(Date.now() + 3_600_000).toUTCString();

describe.each(KINDS)('the notifier %s', (kind) => {
  const yes = SERVED[kind].accepts;

  it('says what was answered', async () => {
    const delivered = await outcome(kind, yes);

    expect(delivered).toEqual({ answer: expect.stringMatching(/answered 20|took it as/) });
    expect(inspect(delivered)).not.toContain(TOKEN);
  });

  it.each<{ title: string; behaviour: Behaviour; permanent: boolean; says?: RegExp }>([
    { title: 'is refused', behaviour: { answers: 400 }, permanent: true, says: /Check that/ },
    { title: 'is not let in', behaviour: { answers: 403 }, permanent: true, says: /Check that/ },
    {
      title: 'finds no host',
      behaviour: { answers: 404, body: 'no_service' },
      permanent: true,
      says: /Check that/,
    },
    { title: 'finds no receiver any more', behaviour: { answers: 410 }, permanent: true, says: /Check that/ },
    { title: 'meets a broken server', behaviour: { answers: 500 }, permanent: false, says: /tried again/ },
    { title: 'meets a busy server', behaviour: { answers: 503 }, permanent: false, says: /tried again/ },
    {
      title: 'is cut off at once',
      behaviour: { resets: 'at once' },
      permanent: false,
      says: /before it had answered/,
    },
    {
      title: 'loses the acknowledgement',
      behaviour: { resets: 'after all' },
      permanent: false,
      says: /is unknown if/,
    },
    {
      title: 'is cut off in the answer',
      behaviour: { resets: 'in its answer', answers: yes.answers },
      permanent: false,
      says: /is unknown if/,
    },
    {
      title: 'gets no answer in time',
      behaviour: { hangs: 'before its answer' },
      permanent: false,
      says: /in time/,
    },
    {
      title: 'gets no whole answer in time',
      behaviour: { hangs: 'in its answer', answers: yes.answers },
      permanent: false,
      says: /in time/,
    },
    {
      title: 'is sent elsewhere',
      behaviour: { answers: 302, headers: { location: '/elsewhere' } },
      permanent: true,
      says: /a redirect, which is not followed/,
    },
  ])('throws when it $title', async ({ behaviour, permanent, says }) => {
    const before = plain.taken.length;

    expectFault(await outcome(kind, behaviour), { permanent, ...(says === undefined ? {} : { says }) });
    expect(plain.taken.length - before).toBeLessThanOrEqual(1); // once, and nowhere else
  });

  it.each([
    { header: '7', waitMs: 7_000 },
    { header: '0', waitMs: 1_000 },
    { header: '1000000000', waitMs: 900_000 },
    { header: '9'.repeat(400), waitMs: 900_000 },
    { header: nextHour, waitMs: 900_000 },
    { header: 'Wed, 21 Oct 2015 07:28:00 GMT', waitMs: 1_000 },
    { header: '-5', waitMs: undefined },
    { header: 'NaN', waitMs: undefined },
    { header: 'soon', waitMs: undefined },
    { header: '1e3', waitMs: undefined },
  ])('waits as Retry-After says: $header', async ({ header, waitMs }) => {
    const found = await outcome(kind, { answers: 429, headers: { 'retry-after': header } });

    expectFault(found, { permanent: false });
    expect((found as DeliveryError).retryAfterMs).toBe(waitMs);
  });

  it.each([
    { title: 'is no JSON', body: '{not' },
    { title: 'does not end soon', body: 'x'.repeat(5_000_000) },
    { title: 'is empty', body: '' },
  ])('is not notified by an answer that $title, unless its status is all there is', async ({ body }) => {
    const found = await outcome(kind, { answers: yes.answers, body });

    if (BY_STATUS.has(kind)) expect(found).toEqual({ answer: expect.stringContaining('answered 200') });
    else expectFault(found, { permanent: false, says: /is unknown if/ });
  });

  it('gives up a receiver that answers with a page in place of what it should say', async () => {
    const page = '\n<!-- proxy --><!DOCTYPE html><html><body>Sign in</body></html>';
    const found = await outcome(kind, { answers: yes.answers, body: page });

    if (kind === 'webhook') expect(found).toEqual({ answer: expect.stringContaining('answered 200') });
    else if (kind === 'slack' || kind === 'pagerduty')
      expectFault(found, { permanent: true, says: /with an HTML page, so the notice was not delivered/ });
    else expectFault(found, { permanent: false, says: /is unknown if/ });
  });

  it('throws if nothing listens, the name is unknown, or the certificate cannot be trusted', async () => {
    const gone = await startFaultServer();
    await gone.close();
    const unknown: Lookup = (hostname, _, done) =>
      done(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
          code: 'ENOTFOUND',
          syscall: 'getaddrinfo',
        }),
        [],
      );
    const [trusted, other] = [certificates.untrusted.cert, certificates.misnamed.cert];
    untrusted.behave(yes);
    misnamed.behave(yes);

    expectFault(await outcomeOf(notifierTo(kind, gone.origin)), {
      permanent: false,
      says: /refused the connection \(ECONNREFUSED\), so the notice was not delivered/,
    });
    expectFault(await outcomeOf(notifierTo(kind, 'http://nobody.invalid', { lookup: unknown })), {
      permanent: false,
      says: /not known to DNS \(ENOTFOUND\), so the notice was not delivered/,
    });
    expectFault(await outcomeOf(notifierTo(kind, untrusted.origin)), {
      permanent: true,
      says: /no trusted authority signed/,
    });
    expectFault(await outcomeOf(notifierTo(kind, untrusted.origin, { ca: other })), {
      permanent: true,
      says: /no trusted authority signed/,
    });
    expectFault(await outcomeOf(notifierTo(kind, misnamed.origin, { ca: other })), {
      permanent: true,
      says: /for another name/,
    });
    expect([untrusted.taken, misnamed.taken]).toEqual([[], []]);
    // The certificate is valid if name and issuer fit: so these two caused the refusals above.
    const named = untrusted.origin.replace('127.0.0.1', 'localhost');
    expect(await outcomeOf(notifierTo(kind, named, { ca: trusted }))).toEqual({ answer: expect.any(String) });
    (untrusted.taken as unknown[]).length = 0;
  });

  it('sorts every status from 100 to 599, of which a sample at small effort', async () => {
    const wrong: string[] = [];
    const passing = new Set([408, 425, 429]);
    const notifier = notifierTo(kind, plain.origin);
    for (const status of STATUSES) {
      const found = await outcome(kind, { ...yes, answers: status }, notifier);
      const is = found instanceof DeliveryError ? (found.permanent ? 'permanent' : 'passing') : 'told';
      const wanted = status >= 300 && status < 500 && !passing.has(status) ? 'permanent' : 'passing';
      const may = status >= 200 && status < 300 && mayTell(kind, status) ? 'told' : wanted;
      if (is !== may) wrong.push(`${status} is ${is}, not ${may}`);
    }

    expect(wrong).toEqual([]);
  });
});

describe('an answer that never stops', () => {
  // The SDK reads AWS's answers, to the end or to the deadline.
  it.each(BY_HTTP)('is read by %s no further than 64 KiB', async (kind) => {
    const found = await outcome(kind, { floods: true, answers: SERVED[kind].accepts.answers });

    if (BY_STATUS.has(kind)) expect(found).toEqual({ answer: expect.stringContaining('answered 200') });
    else expectFault(found, { permanent: false, says: /is unknown if/ });
  });
});

describe('a request of a channel', () => {
  it.each(BY_HTTP)(
    'that %s had in whole is unconfirmed if its answer is late, and by nothing else',
    async (kind) => {
      const late = await outcome(kind, { hangs: 'before its answer' });
      const broken = await outcome(kind, { resets: 'after all' });
      const gone = await startFaultServer();
      await gone.close();
      const refused = await outcomeOf(notifierTo(kind, gone.origin));

      expect(late).toMatchObject({ unconfirmed: true, permanent: false });
      expect([broken, refused]).toMatchObject([
        { unconfirmed: false, permanent: false, unclear: true },
        { unconfirmed: false, permanent: false, unclear: false },
      ]);
    },
  );

  it.each(['slack', 'webhook'] as const)(
    'that %s cannot even make of its address is given up at once',
    async (kind) => {
      const address = plain.origin.replace('//', '//user:50%off@');

      const found = await outcomeOf(
        notifierAt({ name: 'c', kind, options: {}, address: `${address}/${TOKEN}` }),
      );

      expectFault(found, { permanent: true, says: /Nothing was sent\. No request can be made/ });
      expect(plain.taken.at(-1)?.headers.authorization).toBeUndefined();
    },
  );
});

describe('slack', () => {
  it.each(['', 'ok', '"ok"', 'Message posted', '{"success":true}', '{"ok":true,"error":null}', '[]', '1'])(
    'takes the answer %p of a server that is like Slack',
    async (body) => {
      expect(await outcome('slack', { answers: 200, body })).toEqual({
        answer: expect.stringMatching(/answered 200$/),
      });
    },
  );

  it.each([
    { body: '{"ok":false,"error":"channel_not_found"}', permanent: true, says: /channel_not_found/ },
    { body: '{"success":false}', permanent: true, says: /no reason given/ },
    { body: '{"status":"error"}', permanent: true, says: /no reason given/ },
    { body: '{"errors":[{"code":7},"x"]}', permanent: true, says: /\(\{"code":7\}, x\)/ },
    { body: '{"ok":false,"error":"ratelimited"}', permanent: false, says: /tried again/ },
  ])('takes the error in the answer $body for what it is', async ({ body, permanent, says }) => {
    expectFault(await outcome('slack', { answers: 200, body }), { permanent, says });
  });
});

/** True for 2xx statuses that a kind accepts; 204 carries no body, in which most confirm. */
function mayTell(kind: ChannelKind, status: number): boolean {
  return BY_STATUS.has(kind) || status !== 204;
}
