import type { Message } from '../../message.ts';
import { sanitizeLine, truncate } from '../../plain-text.ts';
import { dedupKey } from './dedup-key.ts';
import type { NotifyContext } from './notifier.ts';
import { statusOf } from './webhook-payload.ts';

const LONGEST_TITLE = 250;
const LONGEST_TEXT = 2_000;
const LONGEST_STEP = 1_200; // a link to Logs Insights must fit
const LONGEST_KEY = 255;

const ICONS: Readonly<Record<Message['tone'], string>> = {
  failing: ':red_circle:',
  noData: ':large_yellow_circle:',
  recovered: ':large_green_circle:',
  ended: ':white_circle:',
};

/**
 * The custom notification that Amazon Q Developer in chat applications posts to Slack or Teams (its administrator guide,
 * "Custom notifications"). All notices of an incident share a thread.
 */
export function amazonQMessage({ notice, message }: NotifyContext) {
  const { title, lead, differences, facts, remarks, next, links, tone, footer } = message;
  const lines = [
    lead,
    ...differences.map(({ what, expected, actual }) => `${what}: expected ${expected}, actual ${actual}`),
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    ...remarks,
    ...footer,
  ];
  const { canary, environment } = notice.about;
  return {
    version: '1.0',
    source: 'custom',
    id: dedupKey(notice.id, LONGEST_KEY),
    content: {
      textType: 'client-markdown',
      title: `${ICONS[tone]} ${truncate(title, LONGEST_TITLE - 25, inert)}`,
      description: truncate(lines.filter((line) => line !== '').join('\n'), LONGEST_TEXT, inert),
      nextSteps: [
        ...next.map((one) => truncate(one, LONGEST_STEP, inert)),
        ...links.map(({ label, url }) => `${label}: <${url.replace(/[<>|`\s]/g, encodeURIComponent)}>`),
      ],
      keywords: [canary, environment, notice.severity].map((word) =>
        truncate(sanitizeLine(word), 100, inert),
      ),
    },
    metadata: {
      threadId: dedupKey(notice.incident, LONGEST_KEY),
      summary: truncate(title, LONGEST_TITLE, inert),
      eventType: `canary.${notice.stream}.${statusOf(notice)}`,
      additionalContext: {
        incident: truncate(sanitizeLine(notice.incident), LONGEST_KEY, inert),
        runId: notice.run?.runId ?? '',
      },
    },
  };
}

/**
 * A character without meaning in Slack's and Teams' Markdown: entities for the three special characters of Slack and HTML. Look-alikes
 * replace the syntax of links, code, styles and mentions.
 */
function inert(character: string): string {
  return INERT[character] ?? character;
}

const INERT: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '[': '［',
  ']': '］',
  '`': 'ˋ',
  '*': '∗',
  '@': '＠',
};
