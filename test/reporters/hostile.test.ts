import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notice } from '../../runner/core/notice/notice.ts';
import { blockKitFaults, type SlackMessage } from '../support/alerts/block-kit.ts';
import { digestOf, noticeOf } from '../support/alerts/notices.ts';
import { CHANNELS, handedOver } from '../support/alerts/notifying.ts';
import { ANY_CHARACTER } from '../support/characters.ts';
import { sampleSize } from '../support/effort.ts';

const HOSTS = new Set(['eu-west-1.console.aws.amazon.com', 'wiki.example.com']);

const MARKS = [
  ...[
    '<!channel>',
    '<!here|x>',
    '<@U012AB3CD>',
    '<#C1|general>',
    '<https://evil.example|fix it>',
    '<!date^1^x^https://evil.example|x>',
  ],
  ...[
    '@channel',
    '@here',
    '&',
    '&lt;!channel&gt;',
    '&amp',
    '<',
    '>',
    '|',
    '```',
    '`',
    '*',
    '_',
    '~',
    ':fire:',
  ],
  ...[
    '[fix](https://evil.example)',
    '![x](https://evil.example/x.png)',
    '<script>alert(1)</script>',
    '<a href="https://evil.example">',
  ],
  ...[
    '\u001b[31m',
    '\u001b]8;;https://evil.example\u0007',
    '\r\nSubject: x',
    '\n\nLinks:\n- Runbook: https://evil.example',
    '\u2028',
    '\u2029',
  ],
  ...[
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\u0000',
    '\u0085',
    '\u009b',
    '"',
    '\\',
    '\\u0022',
    '"}',
    '{"default":"x"}',
    '${env:HOME}',
  ],
  ...[
    '\ud800',
    '\udfff',
    '😀',
    '👩‍👩‍👧',
    'é',
    'ｅｖｉｌ',
    '\u{e0041}',
    '__proto__',
    'https://evil.example/x',
    'http://169.254.169.254/',
  ],
];

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...MARKS), fc.string({ unit: ANY_CHARACTER, maxLength: 12 })), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((parts) => fc.constantFrom(1, 1, 1, 40, 400).map((times) => parts.join('').repeat(times)));

/** Twelve hostile strings, wherever a run, a canary or a project could put one. */
const hostileNotice = fc.array(hostile, { minLength: 12, maxLength: 12 }).map((texts): Notice => {
  const word = (at: number): string => texts[at] as string;
  const [reason, name, hop, lastHop, path] = [word(0), word(1), word(2), word(3), word(4)];
  const [expected, actual, owner, note] = [word(5), word(6), word(7), word(8)];
  const [incident, canary, environment] = [word(9), word(10), word(11)];
  const { about } = noticeOf();
  return noticeOf({
    id: `${incident}:opened:1`,
    incident,
    about: { ...about, owner, canary, environment, tags: [owner, note] },
    run: digestOf({
      reason,
      step: {
        name,
        kind: 'event',
        hop,
        at: { file: note, line: 1, column: 1 },
        quotes: [`first line ${actual}`, `second line ${note}`], // none stands in the reason
        failed: [
          { path, operator: 'equals', expected, actual, ok: false, note },
          { path: '', operator: 'count', expected: 1, actual: 2, ok: false },
          {
            path: 'x',
            operator: '$oneOf',
            expected: [expected, actual],
            actual: { [path]: actual },
            ok: false,
          },
        ],
      },
      lastSeen: { hop: lastHop, afterMs: 1, note },
    }),
  });
});

/** Characters that drive a terminal, break a line, turn text round, or hide. */
const UNSEEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]|[\u{e0000}-\u{e007f}]/u;

/** Active parts of a text in Slack's markup: mentions, links, tags. Our own links are no fault. */
function aliveIn(text: string, links: boolean): readonly string[] {
  const rest = text.replace(/<([^<>|]*)(\|[^<>|]*)?>/g, (token, target: string) =>
    links && isOurs(target) ? '' : token,
  );
  return [
    ...(rest.match(/[<>]/g) ?? []),
    ...(rest.match(/&(?!(amp|lt|gt);)/g) ?? []),
    ...(UNSEEN.test(text) || !text.isWellFormed() ? ['an unseen character'] : []),
  ];
}

function isOurs(target: string): boolean {
  const url = target.replaceAll('&amp;', '&');
  return URL.canParse(url) && HOSTS.has(new URL(url).host) && new URL(url).protocol === 'https:';
}

/** The texts of a Slack message that are live markup, and those that are not. */
function slackFaults(message: SlackMessage): readonly string[] {
  const objects = message.blocks.flatMap(({ text, fields = [], elements = [] }) => [
    ...(text === undefined ? [] : [text]),
    ...fields,
    ...elements,
  ]);
  return [
    ...blockKitFaults(message),
    ...aliveIn(message.text, false),
    ...objects.flatMap(({ type, text, verbatim }) => [
      ...aliveIn(text, type === 'mrkdwn'),
      ...(type === 'mrkdwn' && verbatim !== true ? ['not verbatim'] : []),
      ...(text.startsWith('```') && !/^```\n[^`]*\n```$/.test(text) ? ['code that ends early'] : []),
    ]),
  ];
}

interface ChatForm {
  readonly content: {
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: { readonly summary: string; readonly threadId: string };
}

function chatFaults({ content, metadata }: ChatForm): readonly string[] {
  const { title, description, nextSteps, keywords } = content;
  return [title, description, metadata.summary, ...keywords, ...nextSteps].flatMap((text) => [
    ...aliveIn(text, nextSteps.includes(text)),
    ...(text.replace(/<https:[^<>]*>/g, '').match(/[[\]`@]/g) ?? []),
  ]);
}

function textFaults(text: string, plain: string): readonly string[] {
  const lines = text.split('\n');
  const links = lines.slice(lines.indexOf('Links:') + 1).filter((line) => line.startsWith('- '));
  return [
    ...(UNSEEN.test(text) || !text.isWellFormed() ? ['an unseen character'] : []),
    ...(lines.length === plain.split('\n').length ? [] : ['a forged line']),
    ...links.filter((line) => !isOurs(line.slice(line.indexOf(': ') + 2))),
  ];
}

function linkFaults(links: readonly { readonly url?: string; readonly href?: string }[]): readonly string[] {
  return links.map(({ url, href }) => url ?? href ?? '').filter((one) => !isOurs(one));
}

describe('messages', () => {
  it('leave no mention, link or tag of 10,000 hostile strings alive, in any medium', async () => {
    const plain = String(
      (
        await handedOver(
          CHANNELS.sns,
          noticeOf({
            run: digestOf({
              step: {
                ...(digestOf().step as NonNullable<ReturnType<typeof digestOf>['step']>),
                quotes: ['first line', 'second line'],
                failed: [1, 2, 3].map(() => ({
                  path: 'a',
                  operator: 'equals',
                  expected: 1,
                  actual: 2,
                  ok: false,
                })),
              },
            }),
          }),
        )
      ).commands[0]?.['Message'],
    );
    await fc.assert(
      fc.asyncProperty(hostileNotice, async (notice) => {
        const [sns, chat, slack, pagerduty, webhook, eventbridge] = await Promise.all([
          handedOver(CHANNELS.sns, notice),
          handedOver(CHANNELS.chat, notice),
          handedOver(CHANNELS.slack, notice),
          handedOver(CHANNELS.pagerduty, notice),
          handedOver(CHANNELS.webhook, notice),
          handedOver(CHANNELS.eventbridge, notice),
        ]);
        const posted = (one: typeof slack) => JSON.parse(one.posts[0]?.body ?? '') as never;
        const { Message, Subject } = sns.commands[0] as { Message: string; Subject: string };
        expect(textFaults(Message, plain)).toEqual([]);
        expect(Subject).toMatch(/^[\x20-\x7e]{1,99}$/);
        expect(Buffer.byteLength(Message)).toBeLessThan(200_000);

        const forms = JSON.parse(String(chat.commands[0]?.['Message'])) as { https: string; sms: string };
        expect(Object.keys(forms)).toEqual(['default', 'https', 'sms']);
        expect(chatFaults(JSON.parse(forms.https) as ChatForm)).toEqual([]);
        expect(forms.sms.length).toBeLessThanOrEqual(160);
        expect(Buffer.byteLength(JSON.stringify(forms))).toBeLessThan(200_000);

        expect(slackFaults(posted(slack))).toEqual([]);

        const event = posted(pagerduty) as {
          dedup_key: string;
          payload: { summary: string };
          links: { href: string }[];
        };
        expect(event.payload.summary.length).toBeLessThanOrEqual(1_024);
        expect(event.dedup_key).toMatch(/^[\x21-\x7e]{1,255}$/);
        expect(event.payload.summary).not.toMatch(UNSEEN);
        expect(linkFaults(event.links)).toEqual([]);
        expect(Buffer.byteLength(pagerduty.posts[0]?.body ?? '')).toBeLessThan(500_000);

        const { links } = posted(webhook) as { links: { url: string }[] };
        expect(linkFaults(links)).toEqual([]);
        expect(webhook.posts[0]?.headers?.['webhook-id']).toMatch(/^[\x21-\x7e]+$/);

        const [command] = eventbridge.commands as readonly [{ Entries: readonly [{ Detail: string }] }];
        const [{ Detail }] = command.Entries;
        expect(linkFaults((JSON.parse(Detail) as { links: { url: string }[] }).links)).toEqual([]);
        expect(Buffer.byteLength(Detail)).toBeLessThan(200_000);
      }),
      { numRuns: sampleSize({ small: 15, full: 850 }) },
    );
  });

  it.each([
    { text: 'a <!channel> b', fault: '<' },
    { text: '<https://evil.example|fix it>', fault: '<' },
    { text: 'Tom & Jerry', fault: '&' },
    { text: 'cut in &am', fault: '&' },
    { text: 'a\u202eb', fault: 'an unseen character' },
  ])('are searched by a rule that bites: $text', ({ text, fault }) => {
    expect(aliveIn(text, true)).toContain(fault);
    expect(aliveIn('<https://wiki.example.com/x|Runbook> &amp; more', true)).toEqual([]);
  });

  it('are measured by a rule that bites', () => {
    const text = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
    const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
    const block = (type: string, more: object) => ({ text: 'x', blocks: [{ type, ...more }] });

    expect(blockKitFaults(block('section', { text: text(3_000) }))).toEqual([]);
    expect(blockKitFaults(block('section', { text: text(3_001) }))).toEqual(['section has 3001 characters']);
    expect(blockKitFaults(block('header', { text: plain(151) }))).toEqual(['header has 151 characters']);
    expect(blockKitFaults(block('header', { text: text(10) }))).toEqual(['a header without plain text']);
    expect(blockKitFaults(block('section', { fields: Array.from({ length: 11 }, () => text(1)) }))).toEqual([
      '11 fields',
    ]);
    expect(blockKitFaults(block('section', { fields: [text(2_001)] }))).toEqual([
      'field has 2001 characters',
    ]);
    expect(blockKitFaults(block('context', { elements: Array.from({ length: 11 }, () => text(1)) }))).toEqual(
      ['11 elements'],
    );
    expect(blockKitFaults({ text: '', blocks: [] })).toEqual(['text has 0 characters', '0 blocks']);
    expect(
      blockKitFaults({
        text: 'x',
        blocks: Array.from({ length: 51 }, () => ({ type: 'section', text: text(300) })),
      }),
    ).toEqual(['51 blocks', expect.stringMatching(/^blocks of \d+ characters$/)]);
  });
});
