import type { ChannelKind } from '../../../reporters/notifications/notifiers.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';

/** A secret in every address, which must never appear in an error. */
export const TOKEN = 'cAnArYt0kenOfTheChannel';

/** A kind of channel in tests: where a server stands for it, and the answer by which that server accepts a notice. */
interface ServedChannel {
  at(origin: string): Pick<Channel, 'address'> & Partial<Pick<Channel, 'options'>>;
  readonly accepts: { readonly answers: number; readonly body: string };
}

/** A row for each kind. */
export const SERVED: Readonly<Record<ChannelKind, ServedChannel>> = {
  slack: {
    at: (origin) => ({ address: `${origin}/services/${TOKEN}` }),
    accepts: { answers: 200, body: 'ok' },
  },
  webhook: {
    at: (origin) => ({ address: `${origin}/hook?token=${TOKEN}`, options: { secret: TOKEN } }),
    accepts: { answers: 200, body: '' },
  },
  pagerduty: {
    at: (origin) => ({ address: TOKEN, options: { endpoint: origin } }),
    accepts: { answers: 202, body: '{"status":"success","message":"Event processed","dedup_key":"x"}' },
  },
  sns: {
    at: () => ({ address: 'arn:aws:sns:eu-west-1:123456789012:alerts' }),
    accepts: {
      answers: 200,
      body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>',
    },
  },
  eventbridge: {
    at: () => ({ address: 'alerts' }),
    accepts: { answers: 200, body: '{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}' },
  },
};
