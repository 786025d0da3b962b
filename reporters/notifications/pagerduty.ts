import type { Channel } from '../../runner/core/model/channel.ts';
import type { Notice } from '../../runner/core/notice/notice.ts';
import { sanitizeLine, truncate } from '../plain-text.ts';
import { dedupKey } from './shared/dedup-key.ts';
import type { HttpNotifier, NotifyContext, Post, PostAnswer } from './shared/notifier.ts';
import { http } from './shared/reach.ts';
import { isPage, pageInstead, refusalOf, unclear } from './shared/refusal.ts';
import { statusOf, webhookPayload } from './shared/webhook-payload.ts';

/**
 * Triggers and resolves alerts by PagerDuty's Events API v2. The incident's id is the dedup key that joins its notices into one alert. A
 * group of incidents has the key of the first, and its alert is resolved with the last. An
 * incident that ended before its notice is triggered as `info` and resolved at once: on record, without a page. So is one of a canary that
 * has never passed, if no channel but this is left for it.
 */
export const pagerduty: HttpNotifier<'endpoint'> = {
  name: 'pagerduty',
  summary: 'triggers and resolves alerts in PagerDuty',
  address: 'routing key of an Events API v2 integration',
  secret: true,
  pages: true,
  options: { endpoint: { purpose: 'says where PagerDuty takes events' } },
  reach: http,
  receiver: (channel) => `${channel.address} ${endpointOf(channel)}`,
  notify: async (context) => {
    const isOpen = statusOf(context.notice) === 'open';
    const actions: readonly Action[] = isOpen
      ? ['trigger']
      : context.notice.kind === 'combined'
        ? ['trigger', 'resolve']
        : ['resolve'];
    let answer = '';
    for (const action of actions) answer = await enqueue(action, context);
    return { answer };
  },
};

type Action = 'trigger' | 'resolve';
type PagerdutyContext = NotifyContext<'endpoint'> & { readonly post: Post };

const ENDPOINT = 'https://events.pagerduty.com';
const LONGEST_SUMMARY = 1_024;
const LONGEST_KEY = 255;
const MOST_LINKS = 10;

async function enqueue(action: Action, context: PagerdutyContext): Promise<string> {
  const { channel, post, signal, sent } = context;
  const url = `${endpointOf(channel)}/v2/enqueue`;
  const answer = await post({
    who: 'PagerDuty',
    url,
    body: JSON.stringify(eventOf(action, context)),
    signal,
    sent,
  });
  const { from, status } = answer;
  if (status < 200 || status > 299)
    throw refusalOf({
      ...answer,
      advice: 'Check that the routing key is that of an active Events API v2 integration.',
    });
  if (isPage(answer.body)) throw pageInstead(from, status);
  if (!isAccepted(answer)) throw unclear(from, `answered ${status}, but did not say that it took it`);
  return `${from} answered ${status} to ${action}`;
}

function endpointOf({ options }: Channel<'endpoint'>): string {
  return (options.endpoint ?? ENDPOINT).replace(/\/+$/, '');
}

function eventOf(action: Action, { notice, message, channel, delayedSinceMs }: NotifyContext): object {
  const { about } = notice;
  const key = {
    routing_key: channel.address,
    event_action: action,
    dedup_key: dedupKey(notice.incident, LONGEST_KEY),
  };
  return {
    ...key,
    client: 'Coalmine',
    payload: {
      summary: truncate(`${message.title}: ${message.lead}`, LONGEST_SUMMARY),
      source: sanitizeLine(`${about.project}/${about.environment}`),
      severity: severityOf(notice),
      timestamp: new Date(
        action === 'trigger' ? notice.sinceMs : (notice.closedAtMs ?? notice.atMs),
      ).toISOString(),
      component: sanitizeLine(about.canary),
      group: sanitizeLine(about.project),
      class: notice.stream,
      custom_details: webhookPayload(notice, message, delayedSinceMs),
    },
    links: message.links.slice(0, MOST_LINKS).map(({ label, url }) => ({ href: url, text: label })),
  };
}

/** PagerDuty has our three words among its four. */
function severityOf({ kind, neverPassed, severity }: Notice): string {
  return kind === 'combined' || neverPassed ? 'info' : severity;
}

function isAccepted({ body }: PostAnswer): boolean {
  try {
    const { status } = JSON.parse(body) as { readonly status?: unknown };
    return status === 'success';
  } catch {
    return false; // an answer without JSON did not come from PagerDuty
  }
}
