import type { HttpNotifier } from './shared/notifier.ts';
import { http } from './shared/reach.ts';
import { urlOf } from './shared/receiver.ts';
import { refusalOf } from './shared/refusal.ts';
import { signedHeaders } from './shared/signature.ts';
import { webhookPayload } from './shared/webhook-payload.ts';

/** Posts a notice as JSON to any URL, signed if the channel has a secret. Any 2xx counts as accepted. */
export const webhook: HttpNotifier<'secret'> = {
  name: 'webhook',
  summary: 'posts JSON to a URL, signed with a secret',
  address: 'any URL',
  options: { secret: { purpose: 'signs the requests to a webhook', secret: true } },
  reach: http,
  receiver: urlOf,
  notify: async ({ notice, message, channel, clock, post, signal, sent, delayedSinceMs }) => {
    const body = JSON.stringify(webhookPayload(notice, message, delayedSinceMs));
    const headers = signedHeaders({
      id: notice.id,
      atMs: clock.nowMs(),
      body,
      secret: channel.options.secret,
    });
    const answer = await post({ who: 'The webhook', url: channel.address, body, headers, signal, sent });
    const { from, status } = answer;
    if (status < 200 || status > 299)
      throw refusalOf({ ...answer, advice: 'Check that it is there, and that it knows our secret.' });
    return { answer: `${from} answered ${status}` };
  },
};
