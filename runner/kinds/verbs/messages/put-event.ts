import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { busNameOf, bus as eventBus } from '../../../core/aws/resources/bus.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { xrayHeaderOf } from '../../../core/base/run-id.ts';
import { entryFault } from '../../../core/blame/faults.ts';
import { ownIdsBelow, withIds } from '../../../core/taps/propagation.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { DETAIL_TYPE, EVENT_DETAIL, EVENT_SOURCE, limitFaults } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';

const input = closed({
  bus: text('Name or ARN of the event bus'),
  source: text("The event's source: shop.orders"),
  detailType: text("The event's detail-type: OrderPlaced"),
  detail: Type.Optional(anyMap("The event's detail; our ids are added to it")),
  resources: Type.Optional(Type.Array(Type.String(), { description: 'ARNs that the event is about' })),
});

export const putEvent = {
  name: 'putEvent',
  summary: 'puts an event on an EventBridge bus',
  primaryInput: 'bus',
  input,
  view: { eventId: { description: "the event's id, given by EventBridge" } },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow('detail', correlation),
  permissions: ({ bus }) => [{ action: 'events:PutEvents', resource: bus }],
  hop: ({ bus, source, detailType }) => `bus ${busNameOf(bus)} · ${detailType} from ${source}`,
  example: `putEvent: orders
source: canary.orders
detailType: OrderRequested
detail:
  sku: CANARY-SKU-1
`,
  faults: ({ bus, source, detailType, detail = {} }, { filled }) => [
    ...addressFault(eventBus, bus),
    ...limitFaults(source, EVENT_SOURCE, { key: 'source' }, { filled }),
    ...limitFaults(detailType, DETAIL_TYPE, { key: 'detailType' }, { filled }),
    ...limitFaults(JSON.stringify(detail), EVENT_DETAIL, { key: 'detail' }, { filled }),
  ],
  act: async ({ bus, source, detailType, detail = {}, resources }, context) => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    const carried = context.correlate ? withIds(detail, context, context.correlation) : detail;
    const entry = {
      EventBusName: bus,
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(carried),
      ...omitUndefined({ Resources: resources }),
      ...(context.correlate ? { TraceHeader: xrayHeaderOf(context.runId, context.spanId) } : {}),
    };
    const client = context.clientOf(EventBridgeClient, bus);
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }), {
      abortSignal: context.signal,
    });
    const [{ EventId, ErrorCode, ErrorMessage } = {}] = Entries;
    if (ErrorCode !== undefined) {
      const about = `Bus ${busNameOf(bus)} did not take the event`;
      throw entryFault({ code: ErrorCode, words: ErrorMessage, service: 'events' }, about);
    }
    const eventId = receiptOf(EventId, `The event was put on bus ${busNameOf(bus)}`);
    return { kind: 'putEvent', id: eventId, takenAtMs: context.clock.nowMs(), data: { eventId } };
  },
} satisfies Verb<typeof input>;
