import { Agent } from 'undici';

// The floor: a bare undici loop that requests, reads JSON, and compares two values.
const [url = '', count = '0'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const agent = new Agent();
let left = Number(count);
async function worker(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const { statusCode, body } = await agent.request({ origin, path: pathname, method: 'GET' });
    const { status } = (await body.json()) as { readonly status?: unknown };
    if (statusCode !== 200 || status !== 'ok') throw new Error('a check did not pass');
  }
}
await Promise.all(Array.from({ length: 64 }, worker));
process.exit(0);
