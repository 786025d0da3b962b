import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import type { Route, System } from '../cloud.ts';

const TOKEN = 'token-of-the-partner-api';
const API_KEY = 'key-of-the-partner-api';
const SLOW_MS = 3_500; // longer than the canary allows

/** The systems of `docs/recipes/http.md`, by the canary that watches each. */
export const HTTP: Readonly<Record<string, System>> = {
  /** The API takes the token no more. */
  'partner-can-sign-in': async (cloud) => {
    await cloud.secret('canary/partner', { token: TOKEN, key: API_KEY });
    const guarded =
      (isAllowed: (headers: Readonly<Record<string, string | undefined>>) => boolean): Route =>
      async ({ headers }) =>
        isAllowed(headers)
          ? { statusCode: 200, body: { partner: 'canary' } }
          : { statusCode: 401, body: { message: 'Unauthorized' } };
    const ApiUrl = await cloud.api('partner', {
      'GET /me': guarded(({ authorization }) => !cloud.isBroken() && authorization === `Bearer ${TOKEN}`),
      'GET /quota': guarded((headers) => headers['x-api-key'] === API_KEY),
      'GET /internal': guarded(({ authorization = '' }) => authorization.startsWith('AWS4-HMAC-SHA256 ')),
    });
    cloud.stack('partner', { ApiUrl });
  },

  /** The API ignores the idempotency key. */
  'replay-makes-no-second-order': async (cloud) => {
    await cloud.table('orders-of-customers', 'customerId', 'orderId');
    const known = new Map<string, string>();
    const ApiUrl = await cloud.api('idempotent', {
      'POST /orders': async ({ json, headers, requestContext }) => {
        const key = headers['idempotency-key'] ?? '';
        const orderId = (cloud.isBroken() ? undefined : known.get(key)) ?? `ord_${requestContext.requestId}`;
        known.set(key, orderId);
        await cloud.put('orders-of-customers', { customerId: json['customerId'] ?? '', orderId });
        return { statusCode: 200, body: { orderId } };
      },
    });
    cloud.stack('idempotent', { ApiUrl });
  },

  /** The API sells what is not in stock. */
  'last-piece-is-sold-once': async (cloud) => {
    const table = 'pieces-in-stock';
    await cloud.table(table, 'sku');
    const stockOf = async (sku: Json): Promise<JsonMap> =>
      (await cloud.items(table)).find((item) => item['sku'] === sku) ?? { sku, pieces: 0 };
    const ApiUrl = await cloud.api('stock', {
      'GET /stock/{sku}': async ({ pathParameters }) => ({
        statusCode: 200,
        body: await stockOf(pathParameters?.['sku'] ?? ''),
      }),
      'POST /orders': async ({ json }) => {
        const item = await stockOf(json['sku'] ?? '');
        const pieces = Number(item['pieces']);
        if (pieces === 0 && !cloud.isBroken()) return { statusCode: 409 };
        await cloud.put(table, { ...item, pieces: pieces - 1 });
        return { statusCode: 201 };
      },
    });
    cloud.stack('stock', { ApiUrl });
  },

  /** The search has lost its index, and scans. */
  'search-answers-in-time': async (cloud) => {
    const ApiUrl = await cloud.api('search', {
      'GET /search': async () => {
        if (cloud.isBroken()) await pause(SLOW_MS);
        return { statusCode: 200, body: { hits: [{ sku: 'CANARY-SKU-1' }] } };
      },
    });
    cloud.stack('search', { ApiUrl });
  },

  /** The system pushes nothing to the page. */
  'parcel-is-pushed': async (cloud) => {
    const sockets = await cloud.sockets();
    const ApiUrl = await cloud.api('parcels', {
      'POST /parcels': async ({ requestContext }) => {
        const parcelId = `par_${requestContext.requestId.slice(0, 8)}`;
        if (!cloud.isBroken()) sockets.push({ parcelId, state: 'HANDED_OVER' });
        return { statusCode: 201, body: { parcelId } };
      },
    });
    cloud.stack('parcels', { ApiUrl, SocketUrl: `${sockets.url}/prod` });
  },

  /** The provider takes the money, and does not call back. */
  'payment-calls-back': async (cloud) => {
    const ApiUrl = await cloud.api('provider', {
      'POST /payments': async ({ json, requestContext }) => {
        const paymentId = `pay_${requestContext.requestId.slice(0, 8)}`;
        const body = JSON.stringify({ paymentId, status: 'PAID' });
        if (!cloud.isBroken()) await fetch(String(json['callbackUrl']), { method: 'POST', body });
        return { statusCode: 202, body: { paymentId } };
      },
    });
    cloud.stack('provider', { ApiUrl });
  },

  /** The webhook goes out without its signature. */
  'webhook-is-delivered-signed': async (cloud) => {
    await cloud.queue('webhooks-for-canaries', { MessageRetentionPeriod: '60' });
    const InboxUrl = await cloud.api('webhook-inbox', {
      'POST /inbox': async ({ json, headers }) => {
        const signature = headers['x-signature'] ?? '';
        await cloud.send('webhooks-for-canaries', { ...json, signature });
        return { statusCode: 202 };
      },
    });
    const ApiUrl = await cloud.api('webhooks', {
      'POST /orders': async ({ json, requestContext }) => {
        const orderId = `ord_${requestContext.requestId.slice(0, 8)}`;
        const body = JSON.stringify({ type: 'order.placed', orderId });
        const signature = `sha256=${createHmac('sha256', 'shared').update(body).digest('hex')}`;
        const headers: Record<string, string> = cloud.isBroken() ? {} : { 'x-signature': signature };
        await fetch(String(json['callback']), { method: 'POST', body, headers });
        return { statusCode: 201, body: { orderId } };
      },
    });
    cloud.stack('webhooks', { ApiUrl, InboxUrl });
  },
};
