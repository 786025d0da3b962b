import type { Clock, Random } from '../../core/base/clock.ts';
import { correlationIdOf, newRunId, newSpanId, type RunId } from '../../core/base/run-id.ts';
import type { CorrelationFields, Project, TapDefinition } from '../../core/model/project.ts';
import { CONTROL_PREFIX } from '../../core/taps/journal-record.ts';
import { withIds } from '../../core/taps/propagation.ts';
import type { AwsClients } from '../aws/clients.ts';
import { inspectTap } from './tap-inspection.ts';
import { stackPatternOf } from './tap-pattern.ts';

export interface DeployedTap {
  readonly on: TapDefinition['on'];
  readonly queueUrl: string;
  /** The ARN of the rule or the subscription that fills its queue. */
  readonly filler: string;
}

export interface TapControlOf {
  readonly clients: AwsClients;
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sends a control message into a tap's own queue, in the form of its messages, and returns its run id. The echo shows that the tap reader
 * works; a probe proves that the queue is filled (engine/taps/tap-path.ts).
 */
export function tapControl(of: TapControlOf): (tap: DeployedTap) => Promise<RunId> {
  const { clients, clock, random } = of;
  return async ({ on, queueUrl }) => {
    const runId = newRunId(clock.nowMs(), random);
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify('bus' in on ? eventOf(runId, of) : envelopeOf(runId, on.topic, of)),
    });
    await clients.clientOf(SQSClient, 'observe').send(command);
    return runId;
  };
}

/** Checks that a deployed tap is in place. @throws ObserverError that names what is missing */
export async function inspectDeployed(
  { on, queueUrl, filler }: DeployedTap,
  {
    clients,
    project,
  }: { readonly clients: AwsClients; readonly project: Pick<Project, 'correlation' | 'taps'> },
): Promise<void> {
  const name = 'bus' in on ? filler.split('/').at(-1) : filler;
  const remedy = 'Build the stack again and deploy it, or undo what was changed by hand.';
  const wanted = { pattern: stackPatternOf('bus' in on ? 'bus' : 'topic', project) };
  await inspectTap({ clients, on, queueUrl, at: queueUrl, filler: name, wanted, remedy });
}

function eventOf(runId: RunId, { correlation, random }: TapControlOf) {
  const ids = { runId, spanId: newSpanId(random), canary: 'control' };
  return {
    id: `${CONTROL_PREFIX}${runId}`,
    source: 'coalmine.control',
    'detail-type': 'Control',
    detail: withIds({}, ids, correlation),
  };
}

/** SNS's envelope, so that it is opened like a delivery (core/taps/envelope.ts). */
function envelopeOf(runId: RunId, topic: string, { clock }: TapControlOf) {
  const TopicArn = topic.startsWith('arn:') ? topic : `arn:aws:sns:local:000000000000:${topic}`;
  return {
    Type: 'Notification',
    MessageId: `${CONTROL_PREFIX}${runId}`,
    SequenceNumber: '0',
    TopicArn,
    Message: correlationIdOf(runId),
    Timestamp: new Date(clock.nowMs()).toISOString(),
    UnsubscribeURL: '',
  };
}
