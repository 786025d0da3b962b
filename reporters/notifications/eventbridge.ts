import { busNameOf } from '../../runner/core/aws/resources/bus.ts';
import { DeliveryError } from '../../runner/core/base/errors.ts';
import { awsFault, isTransientCode } from './shared/aws-response.ts';
import type { AwsNotifier } from './shared/notifier.ts';
import { aws } from './shared/reach.ts';
import { unclear } from './shared/refusal.ts';
import { webhookPayload } from './shared/webhook-payload.ts';

/** Puts an event on a bus: `canary incident opened`, `closed` and so on, from the source `coalmine`. */
export const eventbridge: AwsNotifier = {
  name: 'eventbridge',
  summary: 'puts an event on an EventBridge bus',
  address: "name or ARN of a bus in the environment's region",
  options: {},
  reach: aws({ resource: 'bus', action: 'events:PutEvents' }),
  receiver: ({ address }) => busNameOf(address),
  notify: async ({ notice, message, channel, clientOf, clock, signal, delayedSinceMs }) => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    const command = new PutEventsCommand({
      Entries: [
        {
          EventBusName: channel.address,
          Source: 'coalmine',
          DetailType: `canary incident ${notice.kind}`,
          Time: new Date(notice.atMs),
          Detail: JSON.stringify(webhookPayload(notice, message, delayedSinceMs)),
        },
      ],
    });
    try {
      const { Entries = [], FailedEntryCount = 0 } = await clientOf(EventBridgeClient, channel.address).send(
        command,
        {
          abortSignal: signal,
        },
      );
      const [{ EventId = '', ErrorCode } = {}] = Entries;
      if (ErrorCode !== undefined || FailedEntryCount > 0) throw refusedEntry(ErrorCode ?? 'no code');
      if (EventId === '') throw unclear('EventBridge', "gave no event's id");
      return { answer: `EventBridge took it as event ${EventId}` };
    } catch (thrown) {
      throw awsFault(thrown, { from: 'EventBridge', advice: ADVICE, signal, nowMs: clock.nowMs() });
    }
  },
};

const ADVICE = "Check that the bus is there, and that the runner's role may do events:PutEvents on it.";

/** The call succeeded, the entry did not: only the answer's body shows that. */
function refusedEntry(code: string): DeliveryError {
  const permanent = !isTransientCode(code, 'events');
  const next = permanent ? ADVICE : 'It will be tried again.';
  return new DeliveryError(
    `EventBridge refused the event (${code}), so the notice was not delivered. ${next}`,
    {
      permanent,
    },
  );
}
