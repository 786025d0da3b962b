import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { emfLine } from '../../reporters/metrics/emf.ts';
import { metricsOfHealth } from '../../reporters/metrics/metrics.ts';
import { classifyAwsError } from '../adapters/aws/errors.ts';
import { ServiceClock } from '../core/aws/service-clock.ts';
import { ObserverError } from '../core/base/errors.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { RunnerHealth } from '../core/report/reporter.ts';
import { openEvent, openingMessagesOf } from '../core/taps/envelope.ts';
import { dating, journalEntry } from '../core/taps/journal-record.ts';
import type { JournalEntry, TapMessage } from '../core/taps/ports.ts';
import { markOf } from '../core/taps/unwritten.ts';
import { Sleep } from '../engine/abort.ts';
import type { Bundle } from './bundle.ts';
import { deployedSettings } from './deployed-settings.ts';
import { type KnownTap, tapOf } from './deployed-taps.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { type Invocation, type LambdaEnvironment, PROCESS } from './lambda-environment.ts';
import { measured } from './measured.ts';

/** The pause between two attempts to write a mark, in milliseconds. */
const PAUSE_MS = 500;
/** The time that an invocation keeps for its end: no mark is tried in it. In milliseconds. */
const ENDING_MS = 2_000;

/**
 * The tap reader function: writes the messages of taps into the journal. After an error the batch returns, but only after the
 * queue's visibility timeout. So it marks unwritten messages, and the tap counts as incomplete until they are written. An entry
 * that is written twice is one entry.
 * @throws Error with every fault of its settings, when it is made.
 */
export function tapReaderHandler(
  bundle: Bundle,
  around: LambdaEnvironment = PROCESS,
): (event: SQSEvent, invocation: Invocation) => Promise<void> {
  const settings = deployedSettings(around.env, ['table', 'stack']);
  const deployment = deploymentOf(bundle, settings);
  const { clock, journal } = deployment;
  const { stack } = settings;
  const report = (health: RunnerHealth): void => around.line(emfLine(metricsOfHealth(health)));
  const once = async (Records: readonly SQSRecord[], invocation: Invocation): Promise<void> => {
    try {
      const taps = await deployment.taps();
      const nowMs = clock.nowMs();
      const received = Records.map((record) => ({ record, tap: tapFor(record, taps), nowMs }));
      const again = received.filter(({ record }) => Number(record.attributes.ApproximateReceiveCount) > 1);
      try {
        await journal.append([...received.map(entryOf), ...again.map((one) => markFor(one, true))]);
      } catch (thrown) {
        await mark(
          received.map((one) => markFor(one, false)),
          deployment,
          invocation,
        );
        throw thrown;
      }
    } catch (thrown) {
      throw classifyAwsError(thrown);
    }
    const oldestMs = Math.min(...Records.map(({ attributes }) => Number(attributes.SentTimestamp)));
    const nowMs = clock.nowMs();
    report({ runner: stack, atMs: nowMs, tapLagMs: Math.max(0, nowMs - oldestMs) });
  };
  return async ({ Records }, invocation) => {
    clock.renew();
    await measured(async () => once(Records, invocation), { stack, clock, report });
  };
}

/** Lambda and SQS keep Amazon's time: apart by less than a second, and then by as little as the messages show. */
const sqsClock = new ServiceClock(-1_000);

/** Marks unwritten messages, with retries within the remaining time. */
async function mark(
  marks: readonly JournalEntry[],
  { journal, clock }: Pick<Deployment, 'journal' | 'clock'>,
  { getRemainingTimeInMillis }: Invocation,
): Promise<void> {
  const sleep = new Sleep(clock, new AbortController().signal);
  while (getRemainingTimeInMillis() > ENDING_MS) {
    const isMarked = await journal.append(marks).then(
      () => true,
      () => false, // the batch's own fault is reported
    );
    if (isMarked) return;
    await sleep.until(clock.nowMs() + PAUSE_MS);
  }
}

interface ReceivedRecord {
  readonly record: SQSRecord;
  readonly tap: KnownTap;
  readonly nowMs: number;
}

function markFor(
  { record: { messageId }, tap: { feed }, nowMs: atMs }: ReceivedRecord,
  isWritten: boolean,
): JournalEntry {
  return markOf({ feed, messageId, atMs }, isWritten);
}

function tapFor({ eventSourceARN }: SQSRecord, taps: readonly KnownTap[]): KnownTap {
  const tap = tapOf(taps, eventSourceARN);
  if (tap === undefined)
    throw new ObserverError(`No tap of this stack has the queue ${eventSourceARN}. Deploy it again.`);
  return tap;
}

function entryOf({ record, tap, nowMs: receivedAtMs }: ReceivedRecord): JournalEntry {
  const open = dating('bus' in tap.on ? openEvent : openingMessagesOf(tap.on.topic), sqsClock);
  return journalEntry(tapMessage(record), { feed: tap.feed, ids: tap.ids, receivedAtMs, open });
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
    stringValue ?? binaryValue, // already in base64
  ]);
  const { AWSTraceHeader: traceHeader } = attributes;
  return {
    messageId,
    receipt: receiptHandle,
    body,
    attributes: Object.fromEntries(named) as TapMessage['attributes'],
    ...omitUndefined({ traceHeader }),
    sentAtMs: Number(attributes.SentTimestamp),
    receiveCount: Number(attributes.ApproximateReceiveCount),
  };
}
