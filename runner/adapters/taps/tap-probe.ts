import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Clock, Random } from '../../core/base/clock.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { newRunId, newSpanId, type RunId } from '../../core/base/run-id.ts';
import { entryFault } from '../../core/blame/faults.ts';
import type { CorrelationFields, TapDefinition } from '../../core/model/project.ts';
import { PROBE } from '../../core/taps/probe.ts';
import { attributesOf, withIds } from '../../core/taps/propagation.ts';
import type { AwsClients } from '../aws/clients.ts';

export interface TapProbeOf {
  readonly clients: AwsClients;
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  readonly random: Random;
}

interface Ids {
  readonly runId: RunId;
  readonly spanId: string;
  readonly canary: string;
}

/**
 * Sends a probe over a bus or a topic, and returns the run id that it carries. The probe is marked as such and has ids as a
 * canary's own would have. Sent twice it does no harm.
 */
export function tapProbe(of: TapProbeOf): (on: TapDefinition['on']) => Promise<RunId> {
  return async (on) => {
    const { clock, random } = of;
    const ids = { runId: newRunId(clock.nowMs(), random), spanId: newSpanId(random), canary: 'probe' };
    await ('bus' in on ? putProbe(on.bus, ids, of) : publishProbe(on.topic, ids, of));
    return ids.runId;
  };
}

async function putProbe(bus: string, ids: Ids, { clients, correlation }: TapProbeOf): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const Detail = JSON.stringify(withIds({}, ids, correlation));
  const Entries = [{ EventBusName: bus, Source: PROBE, DetailType: 'Probe', Detail }];
  const { Entries: [entry] = [] } = await clients
    .clientOf(EventBridgeClient, 'observe', bus)
    .send(new PutEventsCommand({ Entries }));
  if (entry?.EventId !== undefined) return;
  const { ErrorCode: code = 'no code', ErrorMessage: words } = entry ?? {};
  const { message } = entryFault({ code, words, service: 'events' }, 'The probe of the tap was refused');
  throw new ObserverError(message); // whatever it means for an act: no request went to the watched resource
}

async function publishProbe(topic: string, ids: Ids, { clients }: TapProbeOf): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const attributes = Object.entries({ ...attributesOf(ids), [PROBE]: 'true' }).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ]);
  const command = new PublishCommand({
    TopicArn: topic,
    Message: 'A probe of Coalmine: it only shows that messages on this topic reach its tap.',
    MessageAttributes: Object.fromEntries(attributes) as Record<string, MessageAttributeValue>,
    ...(topic.endsWith('.fifo') ? { MessageGroupId: PROBE, MessageDeduplicationId: ids.runId } : {}),
  });
  await clients.clientOf(SNSClient, 'observe', topic).send(command);
}
