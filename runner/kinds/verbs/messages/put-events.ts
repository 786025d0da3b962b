import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { busNameOf, bus as eventBus } from '../../../core/aws/resources/bus.ts';
import { ownIdsBelow } from '../../../core/taps/propagation.ts';
import { EVENT_BATCH_BYTES } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { batchFaults, entriesText, inEntry, MOST_ENTRIES } from '../../writes/batch.ts';
import { EVENT_KEYS, eventBytes, eventFaults, putEntries } from '../../writes/event-entries.ts';

const input = closed({
  bus: text('Name or ARN of the event bus'),
  events: Type.Array(closed(EVENT_KEYS), {
    minItems: 1,
    maxItems: MOST_ENTRIES,
    description: `1 to ${MOST_ENTRIES} events, each with source, detailType, and detail and resources if it has any`,
  }),
});

/** Puts several events in one call. A bus may take some of them and refuse others. */
export const putEvents = {
  name: 'putEvents',
  summary: `puts up to ${MOST_ENTRIES} events on an EventBridge bus in one call`,
  primaryInput: 'bus',
  input,
  view: { eventIds: { type: 'list', description: "the events' ids, given by EventBridge, in their order" } },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow(['events', '*', 'detail'], correlation),
  permissions: ({ bus }) => [{ action: 'events:PutEvents', resource: bus }],
  hop: ({ bus, events }) => `bus ${busNameOf(bus)} · ${entriesText(events, 'event')}`,
  example: `putEvents: orders
events:
  - source: canary.orders
    detailType: OrderRequested
    detail:
      sku: CANARY-SKU-1
  - source: canary.orders
    detailType: OrderCancelled
    detail:
      sku: CANARY-SKU-1
`,
  faults: ({ bus, events }, of) => [
    ...addressFault(eventBus, bus),
    ...events.flatMap((event, index) =>
      eventFaults(event, of).map((fault) => inEntry('events', index, fault)),
    ),
    ...batchFaults(
      'events',
      events.reduce((sum, event) => sum + eventBytes(event), 0),
      {
        most: EVENT_BATCH_BYTES,
        service: 'EventBridge',
      },
    ),
  ],
  act: async ({ bus, events }, context) => {
    const eventIds = await putEntries(bus, events, context);
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'putEvents', id, takenAtMs: context.clock.nowMs(), data: { eventIds } };
  },
} satisfies Verb<typeof input>;
