import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';

// The floor: a bare undici loop that requests, reads JSON, and compares two values. It loads the part of undici that ours loads.
const [url = '', count = '0', method = 'GET'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const agent = Object.assign(new Agent(), { request });
const posted =
  method === 'POST'
    ? { headers: { 'content-type': 'application/json' }, body: '{"sku":"CANARY-SKU-1","quantity":2}' }
    : {};
let left = Number(count);
async function worker(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const { statusCode, body } = await agent.request({
      origin,
      path: pathname,
      method,
      ...posted,
    });
    const { status } = (await body.json()) as { readonly status?: unknown };
    if (statusCode !== 200 || status !== 'ok') throw new Error('a check did not pass');
  }
}
await Promise.all(Array.from({ length: 64 }, worker));
process.exit(0);
