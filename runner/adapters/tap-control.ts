import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { withIds } from '../core/carry.ts';
import { DefinitionError, ObserverError } from '../core/errors.ts';
import { CONTROL_PREFIX } from '../core/journal-entry.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { CorrelationFields, TapDefinition } from '../core/project.ts';
import { busNameOf, topicNameOf } from '../core/resource-name.ts';
import { correlationIdOf, newRunId, newSpanId, type RunId } from '../core/trace.ts';
import type { AwsClients } from './aws-clients.ts';

/** A tap as it was deployed. */
export interface DeployedTap {
  readonly on: TapDefinition['on'];
  readonly queueUrl: string;
  /** The ARN of its rule, for a tap on a bus. */
  readonly rule?: string;
}

/** What control messages are sent with. */
export interface TapControlOf {
  readonly clients: AwsClients;
  readonly taps: readonly DeployedTap[];
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  readonly random: Random;
}

/** How long a rule that was switched on is taken to be so: EventBridge lets an account ask only some tens of times a second. */
const RULE_KEPT_MS = 60_000;

/**
 * Puts a control message into a tap's own queue, in the form of what comes there, and gives the run id that it carries. The
 * rule that fills the queue must be switched on.
 */
export function tapControl(of: TapControlOf): (on: TapDefinition['on']) => Promise<RunId> {
  const { clients, taps, clock, random } = of;
  const enabledUntilMs = new Map<string, number>();
  return async (on) => {
    const tap = taps.find((one) => nameOf(one.on) === nameOf(on));
    if (tap === undefined) throw new DefinitionError(`No deployed tap listens to ${nameOf(on)}.`);
    const { rule = '' } = tap;
    if ('bus' in on && (enabledUntilMs.get(rule) ?? 0) < clock.nowMs()) {
      await refuseDisabled(clients, on.bus, rule);
      enabledUntilMs.set(rule, clock.nowMs() + RULE_KEPT_MS);
    }
    const runId = newRunId(clock.nowMs(), random);
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const command = new SendMessageCommand({
      QueueUrl: tap.queueUrl,
      MessageBody: JSON.stringify('bus' in on ? eventOf(runId, of) : envelopeOf(runId, on.topic, of)),
    });
    await clients.clientOf(SQSClient, 'look').send(command);
    return runId;
  };
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

/** As SNS wraps what it delivers, so that it is opened like that (core/tap-message.ts). */
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

async function refuseDisabled(clients: AwsClients, bus: string, rule: string): Promise<void> {
  const { DescribeRuleCommand, EventBridgeClient: Client } = await import('@aws-sdk/client-eventbridge');
  const client: EventBridgeClient = clients.clientOf(Client, 'look');
  const name = rule.split('/').at(-1) ?? rule;
  const { State } = await client.send(new DescribeRuleCommand({ Name: name, EventBusName: busNameOf(bus) }));
  if (State === 'ENABLED') return;
  throw new ObserverError(
    `The tap on bus ${busNameOf(bus)} is switched off (rule ${name} is ${State}). Enable the rule.`,
    { lasting: true },
  );
}

function nameOf(on: TapDefinition['on']): string {
  return 'bus' in on ? `bus ${busNameOf(on.bus)}` : `topic ${topicNameOf(on.topic)}`;
}
