import { entryFault } from '../core/blame/faults.ts';
import { withIds } from '../core/carry.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { CorrelationFields } from '../core/project.ts';
import { newRunId, newSpanId } from '../core/trace.ts';
import type { AwsClients } from './aws-clients.ts';

/** What control events are sent with. */
export interface EventProbeOf {
  readonly clients: AwsClients;
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  readonly random: Random;
}

/** Puts a control event on a bus, as a canary's event would be put, and gives the run id that it carries. */
export function eventProbe({
  clients,
  correlation,
  clock,
  random,
}: EventProbeOf): (bus: string) => Promise<string> {
  return async (bus) => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    const runId = newRunId(clock.nowMs(), random);
    const detail = withIds({}, { runId, spanId: newSpanId(random), canary: 'probe' }, correlation);
    const Entries = [
      { EventBusName: bus, Source: 'coalmine.probe', DetailType: 'Probe', Detail: JSON.stringify(detail) },
    ];
    const { Entries: [{ ErrorCode, ErrorMessage } = {}] = [] } = await clients
      .clientOf(EventBridgeClient, 'act')
      .send(new PutEventsCommand({ Entries }));
    if (ErrorCode !== undefined)
      throw entryFault(
        { code: ErrorCode, words: ErrorMessage, service: 'events' },
        'The control event was refused',
      );
    return runId;
  };
}
