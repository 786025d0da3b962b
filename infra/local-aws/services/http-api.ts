import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Functions } from './functions.ts';

/** An API Gateway HTTP API: routes such as `POST /orders` or `GET /orders/{id}`, and the function that each calls. */
export type Routes = Readonly<Record<string, string>>;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls the function of a route with an event of payload version 2.0, as API Gateway does. */
export async function callApi(
  routes: Routes,
  functions: Pick<Functions, 'invoke'>,
  request: IncomingMessage,
  body: string,
): Promise<ApiAnswer> {
  const url = new URL(request.url ?? '/', 'http://local');
  const found = routeFor(routes, request.method ?? 'GET', url.pathname);
  if (found === undefined) return json(404, { message: 'Not Found' });
  try {
    const result = await functions.invoke(found.functionName, eventOf(request, { url, body, ...found }));
    return answerOf(result as APIGatewayProxyStructuredResultV2 | string);
  } catch {
    return json(500, { message: 'Internal Server Error' }); // a handler's error goes to its log, never to a client
  }
}

interface MatchedRoute {
  readonly route: string;
  readonly functionName: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function routeFor(routes: Routes, method: string, path: string): MatchedRoute | undefined {
  for (const [route, functionName] of Object.entries(routes)) {
    const [verb, template = ''] = route.split(' ');
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
    const values = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
    if (verb !== method || values === null) continue;
    const parameters = Object.fromEntries(
      names.map((name, n) => [name, decodeURIComponent(values[n + 1] ?? '')]),
    );
    return { route, functionName, parameters };
  }
  return undefined;
}

interface Called extends MatchedRoute {
  readonly url: URL;
  readonly body: string;
}

function eventOf(request: IncomingMessage, { route, parameters, url, body }: Called): APIGatewayProxyEventV2 {
  const now = new Date();
  return {
    version: '2.0',
    routeKey: route,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
    ),
    queryStringParameters: Object.fromEntries(url.searchParams),
    pathParameters: parameters,
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: 'local',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: '',
      },
      requestId: randomUUID(),
      routeKey: route,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    body,
    isBase64Encoded: false,
  };
}

function answerOf(result: APIGatewayProxyStructuredResultV2 | string): ApiAnswer {
  if (typeof result === 'string') return json(200, result);
  const { statusCode = 200, headers = {}, body = '' } = result;
  const named = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    status: statusCode,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(named) },
    body,
  };
}

function json(status: number, body: unknown): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
