import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SelfSigned } from '../support/network/certificate.ts';

const PAGES: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  '/': { type: 'text/html; charset=utf-8', body: '<html><button>Add to basket</button></html>' },
  '/api/health': {
    type: 'application/json',
    body: JSON.stringify({
      status: 'ok',
      dependencies: [
        { name: 'catalogue', state: 'up' },
        { name: 'search', state: 'degraded' },
      ],
    }),
  },
  '/robots.txt': { type: 'text/plain', body: 'User-agent: *\n' },
};

/** Opens the shop that `http-health.canary.yaml` watches, on loopback and under TLS. */
export async function openStorefront(
  certificate: SelfSigned,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(certificate, (request, response) => {
    const page = PAGES[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': page?.type ?? 'text/plain' });
    response.end(page?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, server };
}
