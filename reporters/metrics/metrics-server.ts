import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DefinitionError } from '../../runner/core/base/errors.ts';

/** A page that is served. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a page at `/metrics` of a port of 127.0.0.1, or of `ADDRESS:PORT`.
 * @throws DefinitionError for an address that is not one, or is taken.
 */
export async function serveMetrics(address: string, text: () => string): Promise<MetricsServer> {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(address) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new DefinitionError(
      `'${address}' is no place for Prometheus to read: write a port, or an address and a port.`,
    );
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && (request.url ?? '/').split('?')[0] === '/metrics';
    response.writeHead(found ? 200 : 404, {
      'content-type': found ? 'text/plain; version=0.0.4' : 'text/plain',
    });
    response.end(found ? text() : 'The metrics are at /metrics.\n');
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (fault) =>
    reject(new DefinitionError(`Prometheus cannot read at ${address}: ${fault.message}.`)),
  );
  server.listen(Number(port), host, resolve);
  await promise;
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
