import { setTimeout as pause } from 'node:timers/promises';
import type { EventEntry } from '../../infra/local-aws/events/events.ts';
import type { Handler } from '../../infra/local-aws/services/functions.ts';

/** A way in which the shop can be broken from outside; its handlers know nothing of it. */
export interface Break {
  readonly summary: string;
  /** Changes the events that the API puts on the bus. */
  readonly events?: (entry: EventEntry) => readonly EventEntry[];
  /** Replaces a function, by its name. */
  readonly functions?: Readonly<Record<string, (handler: Handler) => Handler>>;
}

const SLOW_MS = 9_000; // longer than the canaries wait

/** The breaks of `npm start -- --break NAME`. */
export const BREAKS: Readonly<Record<string, Break>> = {
  'lose-event': {
    summary: 'the order is taken, and its event never reaches the bus',
    events: ({ Source, ...entry }) => (Source === 'shop.orders' ? [] : [{ Source: Source ?? '', ...entry }]),
  },
  'duplicate-event': {
    summary: 'each order is announced twice',
    events: (entry) => [entry, entry],
  },
  redeliver: {
    summary:
      'each message is delivered three times; the consumer does its work once, and all canaries stay green',
    functions: {
      'store-order': (handler) => async (event, context) => {
        await handler(event, context);
        await handler(event, context);
        return handler(event, context);
      },
    },
  },
  'lose-id': {
    summary: 'the consumer gets the event without its id, so nothing that it does can be followed',
    functions: {
      'store-order': (handler) => async (event, context) => {
        const { metadata: _, ...detail } = (event as { readonly detail: { readonly metadata?: unknown } })
          .detail;
        return handler({ ...(event as object), detail } as never, context);
      },
    },
  },
  'lose-callback': {
    summary: 'the order is stored, and the customer is never called back',
    functions: {
      'store-order': (handler) => async (event, context) => {
        const { callbackUrl: _, ...detail } = (
          event as { readonly detail: { readonly callbackUrl?: string } }
        ).detail;
        return handler({ ...(event as object), detail } as never, context);
      },
    },
  },
  'slow-consumer': {
    summary: 'the consumer takes nine seconds',
    functions: {
      'store-order': (handler) => async (event, context) => {
        await pause(SLOW_MS, undefined, { ref: false });
        return handler(event, context);
      },
    },
  },
  'wrong-field': {
    summary: 'the event carries the quantity as text',
    events: (entry) => {
      const detail = JSON.parse(entry.Detail ?? '{}') as { readonly qty?: unknown };
      return [{ ...entry, Detail: JSON.stringify({ ...detail, qty: String(detail.qty) }) }];
    },
  },
  'poison-message': {
    summary: 'the consumer fails on every order, which ends in the dead-letter queue',
    functions: {
      'store-order': () => async () => {
        throw new Error('cannot read properties of undefined');
      },
    },
  },
  'api-500': {
    summary: 'the API answers 500',
    functions: {
      'place-order': () => async () => {
        throw new Error('the database password has expired');
      },
    },
  },
};
