import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { Type } from 'typebox';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { xrayHeaderOf } from '../../core/base/run-id.ts';
import { withIds } from '../../core/taps/propagation.ts';
import { receiptOf } from '../aws/receipt.ts';
import { DETAIL_TYPE, EVENT_DETAIL, EVENT_SOURCE, limitFaults } from '../aws/service-limits.ts';
import type { ActContext, FaultsOf, InputFault } from '../kind.ts';
import { anyMap, text } from '../schema.ts';
import { refusedFault } from './batch.ts';

/** An event, as a step puts it. */
export interface EventToPut {
  readonly source: string;
  readonly detailType: string;
  readonly detail?: JsonMap;
  readonly resources?: readonly string[];
}

/** The keys of an event in a step. */
export const EVENT_KEYS = {
  source: text("The event's source: shop.orders"),
  detailType: text("The event's detail-type: OrderPlaced"),
  detail: Type.Optional(anyMap("The event's detail; our ids are added to it")),
  resources: Type.Optional(Type.Array(Type.String(), { description: 'ARNs that the event is about' })),
} as const;

/** The faults of an event that show without EventBridge. */
export function eventFaults(
  { source, detailType, detail = {} }: EventToPut,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  return [
    ...limitFaults(source, EVENT_SOURCE, { key: 'source' }, { filled }),
    ...limitFaults(detailType, DETAIL_TYPE, { key: 'detailType' }, { filled }),
    ...limitFaults(JSON.stringify(detail), EVENT_DETAIL, { key: 'detail' }, { filled }),
  ];
}

/** The size of an event by the count of EventBridge (user guide, "Calculating PutEvents event entry size"). In bytes. */
export function eventBytes({ source, detailType, detail = {}, resources = [] }: EventToPut): number {
  const parts = [source, detailType, JSON.stringify(detail), ...resources];
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/**
 * Puts events on a bus in one call, with the run's ids, and returns their ids in the same order.
 * @throws the error of the table for the code of the first entry that is refused, naming each of them.
 */
export async function putEntries(
  bus: string,
  events: readonly EventToPut[],
  context: ActContext,
): Promise<readonly string[]> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const command = new PutEventsCommand({ Entries: events.map((event) => entryOf(event, bus, context)) });
  const client: EventBridgeClient = context.clientOf(EventBridgeClient, bus);
  const { Entries = [] } = await client.send(command, { abortSignal: context.signal });
  const refused = Entries.flatMap(({ ErrorCode: code, ErrorMessage: words }, index) =>
    code === undefined ? [] : [{ number: index + 1, code, words, service: 'events' }],
  );
  const receiver = `Bus ${busNameOf(bus)}`;
  const fault = refusedFault(refused, { receiver, thing: 'event', size: events.length });
  if (fault !== undefined) throw fault;
  return events.map((_, index) =>
    receiptOf(Entries[index]?.EventId, `The event was put on bus ${busNameOf(bus)}`),
  );
}

function entryOf(
  { source, detailType, detail = {}, resources }: EventToPut,
  bus: string,
  context: ActContext,
): PutEventsRequestEntry {
  const { correlate, runId, spanId } = context;
  return {
    EventBusName: bus,
    Source: source,
    DetailType: detailType,
    Detail: JSON.stringify(correlate ? withIds(detail, context, context.correlation) : detail),
    ...omitUndefined({ Resources: resources === undefined ? undefined : [...resources] }),
    ...(correlate ? { TraceHeader: xrayHeaderOf(runId, spanId) } : {}),
  };
}
