import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { System } from '../cloud.ts';

/** The systems of `docs/recipes/projects.md`, by the canary that watches each. */
export const PROJECTS: Readonly<Record<string, System>> = {
  /** Gift orders lose their message. */
  'gift-order-is-taken': async (cloud) => {
    await cloud.table('gift-orders', 'orderId');
    const ApiUrl = await cloud.api('gifts', {
      'POST /orders': async ({ json, requestContext }) => {
        const orderId = `ord_${requestContext.requestId.slice(0, 8)}`;
        const { message = '' } = json;
        await cloud.put('gift-orders', { ...json, orderId, message: cloud.isBroken() ? '' : message });
        return { statusCode: 201, body: { orderId } };
      },
      'DELETE /orders/{id}': async ({ pathParameters }) => {
        await cloud.remove('gift-orders', { orderId: pathParameters?.['id'] ?? '' });
        return { statusCode: 204 };
      },
    });
    cloud.stack('gifts', { ApiUrl });
  },

  /** Staging serves the configuration of prod. */
  'environment-is-its-own': async (cloud) => {
    const SiteUrl = await cloud.api('site', {
      'GET /config.json': async () => ({
        statusCode: 200,
        body: { environment: cloud.isBroken() ? 'prod' : 'staging', currency: 'EUR' },
      }),
    });
    cloud.stack('site-staging', { SiteUrl });
    cloud.stack('site-prod', { SiteUrl });
  },

  /** The other account gets no entry. */
  'ledger-of-other-account': async (cloud) => {
    await cloud.bus('ledger');
    await cloud.table('ledger-entries', 'entryId');
    interface Booked {
      readonly detail: JsonMap;
    }
    const book = cloud.lambda('book', async ({ detail: { entryId = '', cents = 0 } }: Booked) => {
      if (!cloud.isBroken()) await cloud.put('ledger-entries', { entryId, cents });
    });
    await cloud.rule('ledger', 'AmountBooked', book);
  },

  /** A customer cannot be deleted any more. */
  'customer-leaves-nothing': async (cloud) => {
    const customers = new Map<string, JsonMap>();
    const ApiUrl = await cloud.api('customers', {
      'PUT /customers/{id}': async ({ json, pathParameters }) => {
        customers.set(pathParameters?.['id'] ?? '', json);
        return { statusCode: 201, body: json };
      },
      'GET /customers/{id}': async ({ pathParameters }) => {
        const found = customers.get(pathParameters?.['id'] ?? '');
        return found === undefined ? { statusCode: 404 } : { statusCode: 200, body: found };
      },
      'DELETE /customers/{id}': async ({ pathParameters }) => {
        if (cloud.isBroken()) return { statusCode: 500, body: { message: 'foreign key violated' } };
        return { statusCode: customers.delete(pathParameters?.['id'] ?? '') ? 204 : 404 };
      },
    });
    cloud.stack('customers', { ApiUrl });
  },
};
