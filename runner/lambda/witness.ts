import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { emfLine } from '../../reporters/metrics/emf.ts';
import { witnessFigures } from '../../reporters/metrics/figures.ts';
import { sortFault } from '../adapters/aws-faults.ts';
import { ObserverError } from '../core/errors.ts';
import type { JournalEntry } from '../core/journal.ts';
import { dating, journalEntry } from '../core/journal-entry.ts';
import type { TapMessage } from '../core/ports.ts';
import { ServiceClock } from '../core/service-clock.ts';
import { openEvent, openingMessagesOf } from '../core/tap-message.ts';
import { type Around, type Invocation, PROCESS } from './around.ts';
import type { Bundle } from './bundle.ts';
import { deployedSettings } from './deployed-settings.ts';
import { type KnownTap, tapOf } from './deployed-taps.ts';
import { deploymentOf } from './deployment.ts';
import { measured } from './measured.ts';

/**
 * The witness function: writes what the taps bring into the journal. What it throws brings the batch again, so that nothing it
 * was shown is missed; an entry that is written twice is one entry.
 * @throws Error with every fault of its settings, when it is made.
 */
export function witnessHandler(
  bundle: Bundle,
  around: Around = PROCESS,
): (event: SQSEvent, invocation: Invocation) => Promise<void> {
  const settings = deployedSettings(around.env, ['table', 'stack']);
  const deployment = deploymentOf(bundle, settings);
  const { clock, journal } = deployment;
  const { stack } = settings;
  const once = async (Records: readonly SQSRecord[]): Promise<void> => {
    try {
      const taps = await deployment.taps();
      const nowMs = clock.nowMs();
      await journal.append(Records.map((record) => entryOf(record, taps, nowMs)));
    } catch (thrown) {
      throw sortFault(thrown);
    }
    const oldestMs = Math.min(...Records.map(({ attributes }) => Number(attributes.SentTimestamp)));
    const nowMs = clock.nowMs();
    around.line(emfLine(witnessFigures(stack, nowMs, Math.max(0, nowMs - oldestMs))));
  };
  return async ({ Records }) => {
    clock.renew();
    await measured(async () => once(Records), { around, stack, clock });
  };
}

/** Lambda and SQS keep Amazon's time: apart by less than a second, and then by as little as the messages show. */
const sqsClock = new ServiceClock(-1_000);

function entryOf(record: SQSRecord, taps: readonly KnownTap[], receivedAtMs: number): JournalEntry {
  const tap = tapOf(taps, record.eventSourceARN);
  if (tap === undefined)
    throw new ObserverError(`No tap of this stack has the queue ${record.eventSourceARN}. Deploy it again.`);
  const open = 'bus' in tap.on ? openEvent : openingMessagesOf(tap.on.topic);
  const dated = dating(open, sqsClock);
  return journalEntry(tapMessage(record), { feed: tap.feed, ids: tap.ids, receivedAtMs, open: dated });
}

function tapMessage({
  messageId,
  receiptHandle,
  body,
  attributes,
  messageAttributes,
}: SQSRecord): TapMessage {
  const named = Object.entries(messageAttributes).map(([name, { stringValue, binaryValue = '' }]) => [
    name,
    stringValue ?? binaryValue, // in base64 already
  ]);
  const { AWSTraceHeader: traceHeader } = attributes;
  return {
    messageId,
    receipt: receiptHandle,
    body,
    attributes: Object.fromEntries(named) as TapMessage['attributes'],
    ...(traceHeader === undefined ? {} : { traceHeader }),
    sentAtMs: Number(attributes.SentTimestamp),
    receiveCount: Number(attributes.ApproximateReceiveCount),
  };
}
