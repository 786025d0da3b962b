import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { System } from '../cloud.ts';

interface Event {
  readonly detail: JsonMap;
}

/** The systems of `docs/recipes/events.md`, by the canary that watches each. */
export const EVENTS: Readonly<Record<string, System>> = {
  /** The rule of one consumer is off. */
  'signup-reaches-every-consumer': async (cloud) => {
    await cloud.bus('accounts');
    for (const table of ['mailing-list', 'crm-contacts']) {
      await cloud.table(table, 'userId');
      const store = cloud.lambda(`store-${table}`, async ({ detail }: Event) => {
        if (cloud.isBroken() && table === 'crm-contacts') return;
        await cloud.put(table, { userId: detail['userId'] ?? '', email: detail['email'] ?? '' });
      });
      await cloud.rule('accounts', 'UserSignedUp', store);
    }
  },

  /** The producer announces an order twice. */
  'payment-is-announced-once': async (cloud) => {
    await cloud.bus('payments');
    const ApiUrl = await cloud.api('payments', {
      'POST /payments': async ({ json, requestContext }) => {
        const paymentId = `pay_${requestContext.requestId.slice(0, 8)}`;
        const announce = async (): Promise<void> =>
          cloud.emit('payments', 'PaymentTaken', { paymentId, ...json });
        await announce();
        if (cloud.isBroken()) await announce();
        return { statusCode: 201, body: { paymentId } };
      },
    });
    cloud.stack('payments', { ApiUrl });
  },

  /** The stream's function is off. */
  'stock-change-is-announced': async (cloud) => {
    await cloud.bus('stock');
    await cloud.table('stock-levels', 'sku');
    cloud.onItem('stock-levels', async ({ sku = '', left = 0 }) => {
      if (!cloud.isBroken()) await cloud.emit('stock', 'StockChanged', { sku, left });
    });
  },

  /** The function of the stream puts its result twice. */
  'click-is-enriched-once': async (cloud) => {
    for (const stream of ['clicks', 'enriched-clicks']) await cloud.stream(stream);
    await cloud.onRecord('clicks', async (click) => {
      const enriched = { ...click, category: 'shoes' };
      for (const _ of cloud.isBroken() ? [1, 2] : [1])
        await cloud.putRecord('enriched-clicks', String(click['page']), enriched);
    });
  },

  /** A release sends the quantity as text. */
  'order-event-keeps-its-contract': async (cloud) => {
    await cloud.bus('orders');
    const translate = cloud.lambda('translate-order', async ({ detail }: Event) => {
      const qty = detail['qty'] ?? 0;
      const order = {
        orderId: detail['id'] ?? '',
        qty: cloud.isBroken() ? String(qty) : qty,
        currency: 'EUR',
      };
      await cloud.emit('orders', 'OrderPlaced', order);
    });
    await cloud.rule('orders', 'CartCheckedOut', translate);
  },

  /** The projection leaves new reviews out. */
  'review-is-shown': async (cloud) => {
    await cloud.bus('reviews');
    await cloud.table('reviews-shown', 'reviewId');
    const project = cloud.lambda('project-review', async ({ detail }: Event) => {
      const { reviewId = '', stars = 0 } = detail;
      if (!cloud.isBroken()) await cloud.put('reviews-shown', { reviewId, stars });
    });
    await cloud.rule('reviews', 'ReviewWritten', project);
    const ApiUrl = await cloud.api('reviews', {
      'POST /graphql': async ({ json, requestContext }) => {
        const reviewId = `rev_${requestContext.requestId.slice(0, 8)}`;
        const { stars = 0 } = json['variables'] as JsonMap;
        await cloud.emit('reviews', 'ReviewWritten', { reviewId, stars });
        return { statusCode: 200, body: { data: { writeReview: { id: reviewId } } } };
      },
      'GET /graphql': async ({ queryStringParameters }) => {
        const { id = '' } = JSON.parse(queryStringParameters?.['variables'] ?? '{}') as JsonMap;
        const found = (await cloud.scan('reviews-shown')).find(({ reviewId }) => reviewId === id);
        const review = found === undefined ? null : { id, stars: found['stars'] ?? 0 };
        return { statusCode: 200, body: { data: { review } } };
      },
    });
    cloud.stack('reviews', { ApiUrl });
  },
};
