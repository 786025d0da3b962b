import { DeliveryError } from '../../runner/core/base/errors.ts';
import { isJsonMap, type Json, type JsonMap } from '../../runner/core/base/json.ts';
import type { Message } from '../message.ts';
import { sanitizeLine, truncate } from '../plain-text.ts';
import type { HttpNotifier } from './shared/notifier.ts';
import { http } from './shared/reach.ts';
import { urlOf } from './shared/receiver.ts';
import { isPage, pageInstead, refusalOf } from './shared/refusal.ts';

/**
 * Sends notices to a Slack channel through an incoming webhook. A webhook can neither answer in a thread nor edit a message, so
 * each notice is a message of its own. The incident's id at its foot ties them together.
 */
export const slack: HttpNotifier = {
  name: 'slack',
  summary: 'posts to a Slack channel through an incoming webhook',
  address: 'URL of an incoming webhook',
  options: {},
  reach: http,
  receiver: urlOf,
  notify: async ({ message, channel, post, signal, sent }) => {
    const body = JSON.stringify(slackPayload(message));
    const answer = await post({ who: 'Slack', url: channel.address, body, signal, sent });
    const { from, status } = answer;
    if (status < 200 || status > 299) throw refusalOf({ ...answer, advice: ADVICE });
    if (isPage(answer.body)) throw pageInstead(from, status);
    const error = errorIn(answer.body);
    if (error !== undefined) throw refusedBy(from, status, error);
    return { answer: `${from} answered ${status}` };
  },
};

const ADVICE = 'Check that the webhook is still active, and the channel not archived.';
const LONGEST_ERROR = 200;

// Slack's limits (docs.slack.dev, "Blocks"); lengths are in UTF-16 units, which are never fewer than its characters.
const LONGEST_HEADER = 150;
const LONGEST_SECTION = 3_000;
const MOST_FIELDS = 10;
/** Not documented: a message whose blocks are longer in all is refused as `msg_blocks_too_long`. */
const LONGEST_BLOCKS = 13_200;

/** Limits of each part: far below Slack's, so that the whole is short enough. */
const PART = { lead: 900, difference: 1_500, field: 300, prose: 900, footer: 250 };

const ICONS: Readonly<Record<Message['tone'], string>> = {
  failing: '🔴',
  noData: '🟡',
  recovered: '🟢',
  ended: '⚪',
};

/** The message in Block Kit, made shorter until Slack takes it. */
function slackPayload(message: Message) {
  const text = truncate(`${ICONS[message.tone]} ${message.title}: ${message.lead}`, PART.lead, escaped);
  const payloads = [1, 0.5, 0.25].map((share) => blocksOf(message, share));
  const blocks = payloads.find((one) => JSON.stringify(one).length <= LONGEST_BLOCKS) ?? payloads.at(-1);
  return { text, blocks, unfurl_links: false, unfurl_media: false };
}

function blocksOf(message: Message, share: number): readonly object[] {
  const { tone, title, lead, differences, facts, remarks, next, links, footer } = message;
  const fit = (value: string, most: number): string => truncate(value, Math.floor(most * share), escaped);
  const prose = [...remarks, ...next.map((one) => `→ ${one}`)];
  return [
    { type: 'header', text: plain(truncate(`${ICONS[tone]} ${title}`, LONGEST_HEADER, escaped)) },
    ...(lead === '' ? [] : [{ type: 'section', text: plain(fit(lead, PART.lead)) }]),
    ...differences.map((one) => ({
      type: 'section',
      text: marked(code(one, (PART.difference * share) / differences.length)),
    })),
    ...(facts.length === 0 ? [] : [fieldsOf(facts, (value) => fit(value, PART.field))]),
    ...prose.map((one) => ({ type: 'section', text: plain(fit(one, PART.prose / prose.length)) })),
    ...(links.length === 0 ? [] : [{ type: 'section', text: marked(linked(links)) }]),
    { type: 'context', elements: footer.map((one) => plain(fit(one, PART.footer))) },
  ];
}

function code({ what, expected, actual }: Message['differences'][number], most: number): string {
  const lines = `${what}\n  expected  ${expected}\n  actual    ${actual}`;
  return `\`\`\`\n${truncate(lines, Math.floor(most), inCode)}\n\`\`\``;
}

function fieldsOf(facts: Message['facts'], fit: (value: string) => string): object {
  const fields = facts.slice(0, MOST_FIELDS).map(({ label, value }) => marked(`*${label}*\n${fit(value)}`));
  return { type: 'section', fields };
}

/** Links side by side, as many as one section takes; a link cannot be cut. */
function linked(links: Message['links']): string {
  let all = '';
  for (const { label, url } of links) {
    const safe = url.replace(/[<>|]/g, encodeURIComponent).replace(/&/g, '&amp;');
    const more = `${all === '' ? '' : '  ·  '}<${safe}|${label}>`;
    if (all.length + more.length <= LONGEST_SECTION) all += more;
  }
  return all;
}

/** Text that Slack shows as it is: no mention, link or style in it comes alive. */
function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false };
}

/** Text with our own styles and links in it. `verbatim`: Slack makes no links or mentions of its own. */
function marked(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Escapes the three special characters of Slack (docs.slack.dev, "Escaping text"). */
function escaped(character: string): string {
  return ESCAPES[character] ?? character;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Inside a block of code, a backtick would end it. */
function inCode(character: string): string {
  return character === '`' ? 'ˋ' : escaped(character);
}

/**
 * The error in an answer of success: `{"ok":false,"error":"…"}` and its like. Slack itself answers `ok`; servers that take its webhooks answer
 * nothing, text, or JSON (Mattermost, Rocket.Chat, Discord).
 */
function errorIn(body: string): string | undefined {
  const answer = jsonMapIn(body);
  if (answer === undefined) return undefined;
  const { error, errors, ok, success, status } = answer;
  const errorTexts = [error, errors]
    .flat()
    .filter((one) => one !== undefined && one !== null && one !== false && one !== '');
  if (errorTexts.length > 0)
    return errorTexts.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ');
  const isRefused = ok === false || success === false || /^(error|fail)/i.test(String(status));
  return isRefused ? 'no reason given' : undefined;
}

function jsonMapIn(body: string): JsonMap | undefined {
  try {
    const answer = JSON.parse(body) as Json;
    return isJsonMap(answer) ? answer : undefined;
  } catch {
    return undefined; // text
  }
}

/** Errors after which a later try may succeed. */
const TEMPORARY = /rate_?limit|too_?many|time_?out|unavailable|internal_error|fatal_error/i;

function refusedBy(from: string, status: number, error: string): DeliveryError {
  const permanent = !TEMPORARY.test(error);
  const next = permanent ? ADVICE : 'It will be tried again.';
  const shown = truncate(sanitizeLine(error), LONGEST_ERROR);
  return new DeliveryError(
    `${from} answered ${status} with an error (${shown}), so the notice was not delivered. ${next}`,
    { permanent },
  );
}
