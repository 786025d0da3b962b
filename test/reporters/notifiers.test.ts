import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { type NotifiersOf, notifiersOf } from '../../reporters/notifications/notifiers.ts';
import type { Post } from '../../reporters/notifications/shared/notifier.ts';
import { poster } from '../../reporters/notifications/shared/post.ts';
import * as table from '../../reporters/notifications/table.ts';
import { DefinitionError, DeliveryError, ObserverError, RunnerError } from '../../runner/core/base/errors.ts';
import type { Channel } from '../../runner/core/model/channel.ts';
import { NO_SECRETS, redactorOf } from '../../runner/core/redaction/redact.ts';
import { digestOf, EVERY_NOTICE, noticeOf } from '../support/alerts/notices.ts';
import { CHANNELS, channelOf, handedOver, kindsPosting } from '../support/alerts/notifying.ts';
import { ManualClock } from '../support/run/manual-clock.ts';

const HOOK: Channel = {
  name: 'c',
  kind: 'webhook',
  address: '${secret:hook}',
  options: { secret: '${secret:hook#key}' },
};
const signal = new AbortController().signal;

type NotifierParts = Partial<NotifiersOf> & { readonly post?: Post };

function notifierOf(
  channel: Channel,
  { post = async () => ({ status: 200, body: 'ok', from: 'example.com' }), ...more }: NotifierParts,
) {
  const notifiers = notifiersOf({
    project: { channels: [channel] },
    environment: { name: 'prod', vars: {} },
    references: { read: async () => ({ value: 'https://example.com/', secret: true }) },
    redactor: NO_SECRETS,
    clock: new ManualClock(),
    kinds: kindsPosting(post),
    clientOf: (constructor) => new constructor({} as never),
    ...more,
  });
  return notifiers.get(channel.name) as NonNullable<ReturnType<typeof notifiers.get>>;
}

async function faultOf(sending: Promise<unknown>): Promise<DeliveryError> {
  const thrown: unknown = await sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(DeliveryError);
  return thrown as DeliveryError;
}

describe('the table of notifiers', () => {
  it.each(Object.entries(table))('has %s under its own name, with a sentence for people', (name, kind) => {
    expect(kind.name).toBe(name);
    expect(kind.summary).not.toBe('');
    expect(
      Object.keys(kind)
        .filter((key) => key !== 'pages' && key !== 'secret')
        .toSorted(),
    ).toEqual(['address', 'name', 'notify', 'options', 'reach', 'receiver', 'summary']);
  });
});

describe('references of a channel', () => {
  it('are read when it is first used, again after five minutes, and again after it was refused', async () => {
    const read: string[] = [];
    const clock = new ManualClock();
    let status = 200;
    const notifier = notifierOf(HOOK, {
      clock,
      references: {
        read: async ({ name }, how) => {
          read.push(how?.fresh === true ? `fresh ${name}` : name);
          return { value: `https://example.com/${name}`, secret: true };
        },
      },
      post: async () => ({ status, body: '', from: 'example.com' }),
    });
    expect(read).toEqual([]);

    await notifier.send(noticeOf(), { signal });
    await notifier.send(noticeOf(), { signal });
    expect(read).toEqual(['hook', 'hook#key']);

    await clock.sleep(300_000);
    await notifier.send(noticeOf(), { signal });
    expect(read.length).toBe(4);

    status = 500;
    await faultOf(notifier.send(noticeOf(), { signal }));
    status = 404;
    await faultOf(notifier.send(noticeOf(), { signal }));
    expect(read.length).toBe(4);
    await faultOf(notifier.send(noticeOf(), { signal }));
    expect(read.slice(4)).toEqual(['fresh hook', 'fresh hook#key']);
  });

  it.each([
    {
      thrown: new DefinitionError('The secret hook is not there.'),
      permanent: true,
      says: 'The secret hook is not there.',
    },
    { thrown: new ObserverError('Denied.', { permanent: true }), permanent: true, says: 'Denied.' },
    { thrown: new ObserverError('Throttled.'), permanent: false, says: 'Throttled.' },
    { thrown: new TypeError('a bug'), permanent: true, says: "The channel 'c' broke (TypeError)" },
    { thrown: new RunnerError('Too many open files.'), permanent: false, says: 'Too many open files.' },
  ])('that cannot be read are a fault of the delivery: $says', async ({ thrown, permanent, says }) => {
    const notifier = notifierOf(HOOK, { references: { read: async () => Promise.reject(thrown) } });

    const fault = await faultOf(notifier.send(noticeOf(), { signal }));

    expect(fault).toMatchObject({ permanent, message: expect.stringContaining(says), cause: thrown });
  });

  it('are masked in what is said of a delivery that failed', async () => {
    const thrown = new DeliveryError('Slack took hunter2-hunter2 amiss.', { retryAfterMs: 5_000 });
    const notifier = notifierOf(HOOK, {
      redactor: redactorOf(['hunter2-hunter2']),
      post: async () => Promise.reject(thrown),
    });

    const fault = await faultOf(notifier.send(noticeOf(), { signal }));

    expect(fault).toMatchObject({
      message: 'Slack took *** amiss.',
      retryAfterMs: 5_000,
      permanent: false,
      cause: thrown,
    });
  });

  it('take names of the environment too', async () => {
    const urls: string[] = [];
    const post: Post = async ({ url }) => {
      urls.push(url);
      return { status: 200, body: '', from: '' };
    };
    const environment = { name: 'prod', vars: { hooks: 'https://hooks.example.com' } };

    await notifierOf(channelOf('webhook', '${hooks}/prod'), { post, environment }).send(noticeOf(), {
      signal,
    });

    expect(urls).toEqual(['https://hooks.example.com/prod']);
  });
});

describe('the address of a channel', () => {
  const secrets: { present: string; previous: string | undefined } = {
    present: 'https://a.example/1',
    previous: undefined,
  };
  const posting =
    (urls: string[]) =>
    async ({ url }: { readonly url: string }) => {
      urls.push(url);
      return { status: 200, body: '', from: 'example.com' };
    };
  const rotating = (clock: ManualClock, urls: string[]) =>
    notifierOf(
      { ...HOOK, options: {} },
      {
        clock,
        post: posting(urls),
        references: {
          read: async (_, how) => {
            const value = how?.previous === true ? secrets.previous : secrets.present;
            if (value === undefined) throw new DefinitionError('There is no such version.');
            return { value, secret: true };
          },
        },
      },
    );
  const send = async (notifier: ReturnType<typeof notifierOf>, to?: string) =>
    notifier.send(noticeOf(), { signal, to });

  it('has one digest however it is spelled, under any name, and another one for each other address', async () => {
    const addressOf = async (channel: Channel) => notifierOf(channel, {}).address();
    const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/alerts';
    const digests = await Promise.all(
      [
        channelOf('webhook', 'https://example.com'),
        { ...channelOf('webhook', 'HTTPS://EXAMPLE.com:443/'), name: 'other' },
        channelOf('slack', 'https://example.com/'),
        channelOf('eventbridge', 'alerts'),
        channelOf('eventbridge', bus),
        channelOf('pagerduty', 'key'),
        channelOf('pagerduty', 'key', { endpoint: 'https://events.pagerduty.com/' }),
        channelOf('pagerduty', 'key', { endpoint: 'https://events.eu.pagerduty.com' }),
        channelOf('webhook', 'no URL'),
        channelOf('sns', 'arn:aws:sns:eu-west-1:123456789012:alerts'),
      ].map(addressOf),
    );
    const [a, b, slack, name, arn, us, alsoUs, eu] = digests;

    expect([a, name, us]).toEqual([b, arn, alsoUs]);
    expect(new Set([a, slack, name, us, eu, ...digests.slice(8)]).size).toBe(7);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is that of an acceptance, and of a refusal for good', async () => {
    const urls: string[] = [];
    const notifier = notifierOf(CHANNELS.webhook, { post: posting(urls) });
    const refusing = notifierOf(CHANNELS.webhook, {
      post: async () => ({ status: 404, body: '', from: 'example.com' }),
    });

    const address = await notifier.address();

    expect(await send(notifier)).toMatchObject({ address });
    expect(await faultOf(send(refusing))).toMatchObject({ address, permanent: true });
  });

  it('may be a former one, as long as this process knows it or the secret keeps it', async () => {
    const clock = new ManualClock();
    const urls: string[] = [];
    const notifier = rotating(clock, urls);
    const first = await notifier.address();
    Object.assign(secrets, { previous: secrets.present, present: 'https://a.example/2' });
    await clock.sleep(300_000);

    expect(await notifier.address()).not.toBe(first);
    await send(notifier, first);
    await send(notifier);
    await send(rotating(clock, urls), first);

    expect(urls).toEqual(['https://a.example/1', 'https://a.example/2', 'https://a.example/1']);
  });

  it('is gone where neither knows it any more: nothing is sent to another one', async () => {
    const urls: string[] = [];
    const notifier = rotating(new ManualClock(), urls);
    Object.assign(secrets, { previous: undefined });

    const fault = await faultOf(send(notifier, 'f'.repeat(32)));

    expect(fault).toMatchObject({
      moved: true,
      permanent: false,
      message: expect.stringContaining('Nothing was sent'),
    });
    expect(urls).toEqual([]);
  });

  it('that cannot be read is a fault of the delivery', async () => {
    const references = { read: async () => Promise.reject(new ObserverError('Throttled.')) };

    const fault = await faultOf(notifierOf(HOOK, { references }).address());

    expect(fault.message).toContain('Throttled.');
  });
});

describe('a notice', () => {
  it('that cannot be formatted is sent in a short form, by every kind of channel', async () => {
    const broken = {
      id: 'i:opened:1',
      incident: 'i',
      kind: 'opened',
      about: { canary: 'order-flow' },
    } as never;

    for (const channel of Object.values(CHANNELS)) {
      const { posts, commands } = await handedOver(channel, broken);
      expect(JSON.stringify([posts, commands])).toContain('order-flow');
      expect(JSON.stringify([posts, commands])).toContain('could not be formatted');
    }
    await expect(handedOver(CHANNELS.slack, {} as never)).resolves.toMatchObject({
      posts: [expect.anything()],
    });
  });

  it('is redacted before it is put into words, in every medium', async () => {
    const secret = 'hunter2-hunter2 & <more>';
    const notice = noticeOf({
      run: digestOf({
        reason: `the answer was ${secret}`,
        lastSeen: { hop: encodeURIComponent(secret), afterMs: 1 },
      }),
    });

    for (const channel of Object.values(CHANNELS)) {
      const written = JSON.stringify(await handedOver(channel, notice, { redactor: redactorOf([secret]) }));
      expect(written).toContain('the answer was ***');
      expect(written).not.toContain('hunter2');
    }
  });

  it('that comes late says so', async () => {
    const { posts } = await handedOver(CHANNELS.slack, noticeOf(), { delayedSinceMs: noticeOf().atMs });

    expect(posts[0]?.body).toContain('Late: this notice was decided at 2026-11-24 03:02:36 UTC');
  });

  it('is never changed', async () => {
    for (const channel of Object.values(CHANNELS)) {
      for (const notice of Object.values(EVERY_NOTICE)) {
        const before = JSON.stringify(notice);
        await handedOver(channel, notice);
        expect(JSON.stringify(notice)).toBe(before);
      }
    }
  });

  it('is sent to machines as docs/reference/notice.schema.json says', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/reference/notice.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const fits = new Ajv({ allErrors: true, strict: true }).compile(schema);
    const bodies = await Promise.all(
      Object.values(EVERY_NOTICE).map(
        async (notice) => (await handedOver(CHANNELS.webhook, notice)).posts[0]?.body,
      ),
    );

    for (const body of bodies) expect([fits(JSON.parse(body ?? '')), fits.errors]).toEqual([true, null]);
    expect(fits({ ...(JSON.parse(bodies[0] ?? '') as object), more: 1 })).toBe(false);
  });
});

describe('links', () => {
  const linksOf = async (about: Partial<ReturnType<typeof noticeOf>['about']>) => {
    const { posts } = await handedOver(
      CHANNELS.webhook,
      noticeOf({ about: { ...noticeOf().about, ...about } }),
    );
    return (JSON.parse(posts[0]?.body ?? '') as { links: { label: string; url: string }[] }).links.map(
      ({ url }) => url,
    );
  };

  it.each([
    { region: 'eu-west-1', host: 'eu-west-1.console.aws.amazon.com' },
    { region: 'cn-north-1', host: 'console.amazonaws.cn' },
    { region: 'us-gov-west-1', host: 'console.amazonaws-us-gov.com' },
    { region: 'eusc-de-east-1', host: 'console.amazonaws-eusc.eu' },
    { region: 'us-iso-east-1', host: 'console.c2shome.ic.gov' },
    { region: 'us-isob-east-1', host: 'console.sc2shome.sgov.gov' },
    { region: 'us-isof-south-1', host: 'console.csphome.hci.ic.gov' },
    { region: 'eu-isoe-west-1', host: 'console.csphome.adc-e.uk' },
  ])("lead to the console of $region's partition", async ({ region, host }) => {
    const [, ...urls] = await linksOf({ region });

    expect(urls.map((url) => new URL(url).host)).toEqual([host, host, host]);
    expect(urls.every((url) => url.includes(`region=${region}#`))).toBe(true);
  });

  it.each([
    'javascript:alert(1)',
    'not a url',
    'file:///etc/passwd',
    `https://example.com/${'x'.repeat(1_000)}`,
  ])('have no runbook of %p, and no console where the region is none', async (runbook) => {
    expect(await linksOf({ runbook, region: 'evil.example/#' })).toEqual([]);
  });
});

describe('SNS', () => {
  it('keeps the order of an incident on a FIFO topic, and sends a notice once', async () => {
    const fifo = { ...CHANNELS.sns, address: `${CHANNELS.sns.address}.fifo` };
    const long = noticeOf({ incident: 'x'.repeat(200), id: `${'x'.repeat(200)}:opened:1` });

    const [plain, hashed] = [await handedOver(fifo, noticeOf()), await handedOver(fifo, long)];

    expect(plain.commands[0]).toMatchObject({
      MessageGroupId: 'order-flow@k3v9#target7',
      MessageDeduplicationId: 'order-flow@k3v9#target7:opened:1',
    });
    expect(hashed.commands[0]).toMatchObject({
      MessageGroupId: expect.stringMatching(/^[0-9a-f]{64}$/),
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await handedOver(CHANNELS.sns, noticeOf())).commands[0]).not.toHaveProperty('MessageGroupId');
  });

  it('cuts a long subject', async () => {
    const notice = noticeOf({ about: { ...noticeOf().about, canary: `é${'x'.repeat(200)}` } });

    const subject = String((await handedOver(CHANNELS.sns, notice)).commands[0]?.['Subject']);

    expect(subject).toMatch(/^\?x{95}\.\.\.$/);
  });
});

describe('a call to AWS', () => {
  const named = (name: string, more: object = {}) => Object.assign(new Error('no'), { name, ...more });

  it.each([
    { thrown: named('EndpointError'), permanent: true, says: 'Nothing was sent. The SDK makes no address' },
    { thrown: named('TypeError'), permanent: true, says: 'No request can be made of its address' },
    { thrown: named('ThrottlingException'), permanent: false, says: 'AWS throttled the runner' },
    { thrown: named('CredentialsProviderError'), permanent: false, says: 'There are no AWS credentials' },
    { thrown: named('TypeError', { $response: {} }), permanent: false, says: 'no answer that can be read' },
    { thrown: named('Error', { code: 'ENEW', syscall: 'connect' }), permanent: false, says: '(ENEW)' },
  ])('that fails by $thrown.name: permanent $permanent', async ({ thrown, permanent, says }) => {
    const clientOf = (() => ({ send: async () => Promise.reject(thrown) })) as never;
    for (const channel of [CHANNELS.sns, CHANNELS.eventbridge]) {
      const fault = await faultOf(notifierOf(channel, { clientOf }).send(noticeOf(), { signal }));

      expect(fault).toMatchObject({ permanent, message: expect.stringContaining(says) });
    }
  });
});

describe('EventBridge', () => {
  const answering = (answer: object) =>
    notifierOf(CHANNELS.eventbridge, { clientOf: (() => ({ send: async () => answer })) as never });

  it.each([
    { code: 'ThrottlingException', permanent: false },
    { code: 'InternalFailure', permanent: false },
    { code: 'InternalException', permanent: false },
    { code: 'AccessDeniedException', permanent: true },
    { code: 'MalformedDetail', permanent: true },
  ])('takes an entry that failed with $code for a failure', async ({ code, permanent }) => {
    const notifier = answering({ FailedEntryCount: 1, Entries: [{ ErrorCode: code, ErrorMessage: 'no' }] });

    const fault = await faultOf(notifier.send(noticeOf(), { signal }));

    expect(fault).toMatchObject({ permanent, message: expect.stringContaining(`(${code})`) });
  });

  it.each([{}, { FailedEntryCount: 1, Entries: [{}] }, { FailedEntryCount: 0, Entries: [{}] }])(
    'is not recognised by an answer such as %j',
    async (answer) => {
      await faultOf(answering(answer).send(noticeOf(), { signal }));
    },
  );
});

describe('PagerDuty', () => {
  it('gets an end in two events, and both again if the second was lost', async () => {
    const actions: unknown[] = [];
    const post: Post = async ({ body }) => {
      const { event_action: action } = JSON.parse(body) as { event_action: string };
      actions.push(action);
      const status = actions.length === 2 ? 500 : 202;
      return { status, body: '{"status":"success"}', from: 'PagerDuty' };
    };
    const notifier = notifierOf(CHANNELS.pagerduty, { post });
    const combined = EVERY_NOTICE['target-combined'] as ReturnType<typeof noticeOf>;

    await faultOf(notifier.send(combined, { signal }));
    await notifier.send(combined, { signal });

    expect(actions).toEqual(['trigger', 'resolve', 'trigger', 'resolve']);
  });
});

describe('a post', () => {
  const post = poster({
    clock: new ManualClock(),
    runtimeApi: '10.1.2.3:9001',
    lookup: (_, __, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
  });

  it.each([
    { url: 'http://169.254.169.254/latest/meta-data/', says: 'link-local' },
    { url: 'http://0xa9fea9fe/', says: 'link-local' },
    { url: 'https://[fd00:ec2::254]/', says: 'metadata' },
    { url: 'http://10.1.2.3:9001/x', says: 'Lambda runtime API' },
    { url: 'http://127.0.0.1:9001/x', says: 'Lambda runtime API' },
    { url: 'https://hooks.example.com/sEcReT', says: 'hooks.example.com), which is 169.254.169.254' },
    { url: 'ftp://hooks.example.com/sEcReT', says: 'not a URL' },
    { url: 'sEcReT', says: 'not a URL' },
  ])('never reaches $url', async ({ url, says }) => {
    const fault = await faultOf(post({ who: 'Slack', url, body: '{}', signal }));

    expect(fault).toMatchObject({ permanent: true, message: expect.stringContaining(says) });
    expect(fault.message).not.toContain('sEcReT');
  });
});
