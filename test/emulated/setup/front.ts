import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of a test's own, on loopback. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a port of its own. */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Forwards every request unchanged, once earlier work is done. */
export async function startFront(target: string, settled: () => Promise<void>): Promise<Listening> {
  return listen((request, response) => {
    if (isForXRay(request)) {
      // MiniStack gives the same answer, after twenty seconds.
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error": "Unsupported service: xray"}');
      return;
    }
    const { method, headers, url } = request;
    void settled().then(() => {
      const { hostname, port } = new URL(target);
      const onward = send({ hostname, port, path: url, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy()); // the emulator is gone, as the client will notice
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
  });
}

function isForXRay({ headers }: IncomingMessage): boolean {
  return /\/xray\/aws4_request/.test(String(headers.authorization));
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
