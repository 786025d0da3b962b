import { addressFault } from '../../../core/aws/address-faults.ts';
import { busNameOf, bus as eventBus } from '../../../core/aws/resources/bus.ts';
import { ownIdsBelow } from '../../../core/taps/propagation.ts';
import type { Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { EVENT_KEYS, eventFaults, putEntries } from '../../writes/event-entries.ts';

const input = closed({ bus: text('Name or ARN of the event bus'), ...EVENT_KEYS });

export const putEvent = {
  name: 'putEvent',
  summary: 'puts an event on an EventBridge bus',
  primaryInput: 'bus',
  input,
  view: { eventId: { description: "the event's id, given by EventBridge" } },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow(['detail'], correlation),
  permissions: ({ bus }) => [{ action: 'events:PutEvents', resource: bus }],
  hop: ({ bus, source, detailType }) => `bus ${busNameOf(bus)} · ${detailType} from ${source}`,
  example: `putEvent: orders
source: canary.orders
detailType: OrderRequested
detail:
  sku: CANARY-SKU-1
`,
  faults: ({ bus, ...event }, of) => [...addressFault(eventBus, bus), ...eventFaults(event, of)],
  act: async ({ bus, ...event }, context) => {
    const [eventId = ''] = await putEntries(bus, [event], context);
    return { kind: 'putEvent', id: eventId, takenAtMs: context.clock.nowMs(), data: { eventId } };
  },
} satisfies Verb<typeof input>;
