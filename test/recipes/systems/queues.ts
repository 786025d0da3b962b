import type { Cloud, System } from '../cloud.ts';

/** The systems of `docs/recipes/queues.md`, by the canary that watches each. */
export const QUEUES: Readonly<Record<string, System>> = {
  /** The worker deletes an order without storing it. */
  'order-is-stored': async (cloud) => {
    await cloud.table('orders', 'orderId');
    await cloud.queue('orders-incoming');
    await cloud.queue('orders-dlq');
    cloud.consume('orders-incoming', async ({ body }) => {
      if (!cloud.isBroken()) await cloud.put('orders', { ...body, status: 'PLACED' });
    });
    await deployApi(cloud);
  },

  /** The worker cannot read one of its orders. */
  'order-is-not-dead-lettered': async (cloud) => {
    const deadLetterTargetArn = await cloud.queue('shipping-dlq');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await cloud.queue('shipping-incoming', { RedrivePolicy });
    await cloud.table('shipments', 'orderId');
    cloud.consume('shipping-incoming', async ({ body }) => {
      if (cloud.isBroken()) throw new Error('cannot read properties of undefined');
      await cloud.put('shipments', { ...body, status: 'READY' });
    });
  },

  /** The subscription of one queue filters out what it should let in. */
  'price-change-reaches-search': async (cloud) => {
    const topic = await cloud.topic('price-changes');
    const queues = await Promise.all(
      ['prices-for-search', 'prices-for-carts'].map((name) => cloud.queue(name)),
    );
    cloud.stack('prices', { TopicArn: topic });
    await cloud.table('search-index', 'sku');
    await cloud.table('carts', 'sku');
    await Promise.all(queues.map((queue) => cloud.subscribe(topic, queue, { RawMessageDelivery: 'true' })));
    cloud.consume('prices-for-search', async ({ body }) => {
      if (!cloud.isBroken()) await cloud.put('search-index', body);
    });
    cloud.consume('prices-for-carts', async ({ body }) => cloud.put('carts', body));
  },

  /** The consumer takes the newest state first. */
  'order-states-keep-their-order': async (cloud) => {
    await cloud.queue('order-states.fifo', { FifoQueue: 'true' });
    await cloud.table('order-history', 'orderId');
    const states: Record<string, string[]> = {};
    cloud.consume('order-states.fifo', async ({ body: { orderId, status } }) => {
      const history = (states[String(orderId)] ??= []);
      if (cloud.isBroken()) history.unshift(String(status));
      else history.push(String(status));
      await cloud.put('order-history', { orderId: String(orderId), history });
    });
  },
};

async function deployApi(cloud: Cloud): Promise<void> {
  const ApiUrl = await cloud.api('orders', {
    'POST /orders': async ({ json, requestContext }) => {
      const orderId = `ord_${requestContext.requestId.slice(0, 8)}`;
      await cloud.send('orders-incoming', { orderId, ...json });
      return { statusCode: 202, body: { orderId } };
    },
    'DELETE /orders/{id}': async ({ pathParameters }) => {
      await cloud.remove('orders', { orderId: pathParameters?.['id'] ?? '' });
      return { statusCode: 204 };
    },
  });
  cloud.stack('orders', { ApiUrl });
}
