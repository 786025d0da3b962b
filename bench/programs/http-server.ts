import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { untilInputEnds } from './until-input-ends.ts';

/** The served system: `/` answers `{"status":"ok"}`, and `/arrivals` the moments of the requests since it was asked last. */
let arrivals: number[] = [];
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  if (request.url !== '/arrivals') {
    arrivals.push(Date.now());
    return response.end('{"status":"ok"}');
  }
  const text = JSON.stringify(arrivals);
  arrivals = [];
  return response.end(text);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/` })}\n`);
});
untilInputEnds();
