import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request as send } from 'undici';

/** A call as it went over the wire to AWS. */
export interface ProxiedCall {
  readonly method: string;
  readonly url: string;
  /** `SendMessage`, `PutEvents`; of the REST protocols, nothing. */
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** AWS's refusal, in place of an answer. */
export interface Refused {
  readonly status: number;
  readonly code: string;
}

/** A proxy between the AWS clients and the local AWS: it records the traffic, and can refuse requests. */
export interface AwsProxy {
  readonly url: string;
  readonly taken: ProxiedCall[];
  refusal: Refused | undefined;
  /** The calls of one operation. */
  calls(operation: string): readonly ProxiedCall[];
  close(): Promise<void>;
}

/** Starts one before the AWS that listens there. */
export async function startProxy(target: string): Promise<AwsProxy> {
  const server = createServer((request, response) => {
    void bytesOf(request).then(async (bytes) => {
      const taken = takenOf(request, bytes);
      proxy.taken.push(taken);
      if (proxy.refusal !== undefined) {
        return refuse(response, taken, proxy.refusal);
      }
      // not fetch: that would decode the body
      const answer = await send(`${target}${taken.url}`, {
        method: taken.method,
        ...(bytes.length === 0 ? {} : { body: bytes }),
        headers: sentOn(taken.headers),
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      const { 'transfer-encoding': _, ...headers } = answer.headers;
      // An answer to HEAD has the length of the omitted body.
      const length = taken.method === 'HEAD' ? {} : { 'content-length': String(body.length) };
      response.writeHead(answer.statusCode, { ...headers, ...length });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: AwsProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: [],
    refusal: undefined,
    calls: (operation) => proxy.taken.filter((call) => call.operation === operation),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** Each protocol has its own form of a refusal. */
function refuse(response: ServerResponse, { headers, method }: ProxiedCall, { status, code }: Refused): void {
  const inXml = `<Error><Code>${code}</Code><Message>as AWS puts it</Message></Error>`;
  const isQuery = String(headers['content-type']).includes('x-www-form-urlencoded');
  if (isQuery || String(headers.authorization).includes('/s3/aws4_request')) {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(method === 'HEAD' ? '' : isQuery ? `<ErrorResponse>${inXml}</ErrorResponse>` : inXml);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message: 'as AWS puts it' }));
}

function takenOf({ method = '', url = '', headers }: IncomingMessage, bytes: Buffer): ProxiedCall {
  const body = bytes.toString();
  const operation =
    String(headers['x-amz-target'] ?? '').split('.')[1] ?? /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? '';
  return { method, url, operation, headers, body };
}

function sentOn(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|transfer-encoding|expect)$/.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
