import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { busNameOf, bus as eventBus } from '../../../core/aws/resources/bus.ts';
import { isJsonMap, type Json } from '../../../core/base/json.ts';
import { scalarText } from '../../../core/base/numbers.ts';
import { watchFeed } from '../../aws/feed-watch.ts';
import type { Noun } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  bus: text('Name or ARN of the event bus; a tap in the project file must listen to it'),
  source: Type.Optional(text("The event's source")),
  detailType: Type.Optional(text("The event's detail-type")),
});

export const event = {
  name: 'event',
  summary: 'an event on an EventBridge bus, as the tap on that bus received it',
  input,
  view: {
    id: { type: 'text', description: "the event's id" },
    source: { type: 'text', description: "the event's source" },
    'detail-type': { type: 'text', description: "the event's detail-type" },
    detail: { type: 'map', description: "the event's detail" },
    time: { type: 'text', description: 'when it was put, ISO 8601' },
    resources: { type: 'list', description: 'ARNs that it is about' },
    account: { type: 'text', description: 'the account it came from' },
    region: { type: 'text', description: 'the region it came from' },
  },
  selects: 'id',
  consistency:
    'An event that the tap received: EventBridge delivers at least once and usually within a second. An event that comes twice is counted once, by its id. It is dated by when EventBridge sent it to the tap. A tap that was not there or not read all the time is an error.',
  reads: 'all',
  pauseMs: { first: 25, longest: 2_000 },
  // The probes of the tap go over the bus itself.
  permissions: ({ bus }) => [{ action: 'events:PutEvents', resource: bus, ofTap: true }],
  hop: ({ bus, source, detailType }) => `bus ${busNameOf(bus)}${describe(detailType, source)}`,
  quotes: ['detail'],
  lacksId: (_, { field }) => `its detail does not have the id at ${field}`,
  example: `expect: event
bus: orders
source: shop.orders
detailType: OrderPlaced
has:
  detail:
    sku: CANARY-SKU-1
count: 1
within: 30s
`,
  faults: ({ bus }) => addressFault(eventBus, bus),
  open: async ({ bus, source, detailType }, context) =>
    watchFeed({
      kind: 'event',
      context,
      called: detailType === undefined ? 'event' : `${detailType} event`,
      feed: await context.feeds.open({ bus }),
      valueStands: 'at ids',
      missedBy: ({ data }) => {
        if (!isJsonMap(data)) return 'it is not an event';
        if (detailType !== undefined && data['detail-type'] !== detailType)
          return `its detail-type is ${written(data['detail-type'])}`;
        if (source !== undefined && data['source'] !== source)
          return `its source is ${written(data['source'])}`;
        return undefined;
      },
    }),
} satisfies Noun<typeof input>;

function describe(detailType: string | undefined, source: string | undefined): string {
  if (detailType === undefined) return source === undefined ? '' : ` · from ${source}`;
  return ` · ${detailType}${source === undefined ? '' : ` from ${source}`}`;
}

function written(value: Json | undefined): string {
  return scalarText(value) ?? JSON.stringify(value) ?? 'missing';
}
