import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { iamActionOf } from '../../../runner/adapters/aws/iam-actions.ts';
import type { AskedOf } from './asked-resource.ts';

/** A proxy before the local AWS: it records calls in the names of IAM, and refuses those it is set to refuse. */
export interface RecordingProxy {
  readonly url: string;
  readonly actions: ReadonlySet<string>;
  readonly denied: Set<string>;
  /** Answers to some actions in place of the real ones. */
  readonly answers: Map<
    string,
    { readonly type: string; readonly body: string; readonly status?: number } | 'nothing'
  >;
  /** Recorded requests, in order. */
  readonly asked: AskedOf[];
  close(): Promise<void>;
}

export async function startRecordingProxy(to: string): Promise<RecordingProxy> {
  const actions = new Set<string>();
  const denied = new Set<string>();
  const asked: AskedOf[] = [];
  const answers: RecordingProxy['answers'] = new Map();
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const action = actionOf(request, body.toString());
      actions.add(action);
      const [, by = '', region = ''] =
        /Credential=(\w+)\/\d+\/([\w-]+)/.exec(String(request.headers.authorization)) ?? [];
      // IAM is not asked about a call that is not signed, such as a sign-in of Cognito.
      if (by !== '') asked.push({ action, path: request.url ?? '/', body: body.toString(), by, region });
      if (denied.has(action)) {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' }));
        return;
      }
      const instead = answers.get(action);
      if (instead === 'nothing') return;
      if (instead !== undefined) {
        response.writeHead(instead.status ?? 200, { 'content-type': instead.type }).end(instead.body);
        return;
      }
      const onward = send(new URL(request.url ?? '/', to), {
        method: request.method,
        headers: request.headers,
      });
      onward.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      onward.end(body);
    })();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.keepAliveTimeout = 0; // As in the local AWS: no connection closes while a busy client sends on it.
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    actions,
    denied,
    asked,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function actionOf({ headers, method = '', url = '' }: IncomingMessage, body: string): string {
  const [, service = ''] = /\/([\w-]+)\/aws4_request/.exec(String(headers.authorization)) ?? [];
  const [, target] = String(headers['x-amz-target'] ?? '').split('.');
  const operation = target ?? /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  if (operation !== undefined) return iamActionOf(service, operation);
  return restActionOf(service, method, url);
}

/** The action of a REST protocol, by method and path. */
function restActionOf(service: string, method: string, url: string): string {
  const path = url.replace(/\?.*$/, '');
  if (service === 's3') {
    if (url.includes('list-type=2') || method === 'HEAD') return 's3:ListBucket';
    return `s3:${{ PUT: 'Put', DELETE: 'Delete' }[method] ?? 'Get'}Object`;
  }
  if (service === 'lambda') {
    if (path.includes('event-source-mappings')) return 'lambda:ListEventSourceMappings';
    return method === 'GET' ? 'lambda:GetFunctionConfiguration' : 'lambda:InvokeFunction';
  }
  if (service === 'xray')
    return path === '/Traces' ? 'xray:BatchGetTraces' : 'xray:GetTraceSegmentDestination';
  return `${service}:${method} ${path}`;
}
