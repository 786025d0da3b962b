import { Type } from 'typebox';
import { isJsonMap } from '../../../core/base/json.ts';
import { headersOf } from '../../../core/taps/propagation.ts';
import { AUTH_KEYS, authFaults, authorizeBy, authPermissions } from '../../http/http-auth.ts';
import { REDIRECT_KEYS } from '../../http/redirect.ts';
import { exchange, HTTP_VIEW, hostOf, splitRequest } from '../../http/request.ts';
import { requestFaults } from '../../http/request-faults.ts';
import { requestLineFaults } from '../../http/request-line.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed, scalars } from '../../schema.ts';

const input = closed({
  request: Type.String({
    pattern: '^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \\S+$',
    description: 'Method and URL: POST https://api.example.com/orders',
  }),
  headers: Type.Optional(scalars('Request headers')),
  query: Type.Optional(scalars('Query parameters; they are URL-encoded for you')),
  body: Type.Optional(anyJson('Sent as JSON; text is sent as it is')),
  form: Type.Optional(scalars('Sent as application/x-www-form-urlencoded')),
  ...REDIRECT_KEYS,
  ...AUTH_KEYS,
});

/** Sends one HTTP request, as a user of the system would. */
export const http = {
  name: 'http',
  summary: 'sends an HTTP request',
  primaryInput: 'request',
  input,
  view: HTTP_VIEW,
  blameOnTimeout: 'system',
  // The file's own header is sent unchanged, next to ours.
  ownIds: () => [],
  defaultResponse: { status: { $atLeast: 200, $below: 300 } },
  permissions: ({ request, auth }) => authPermissions(request, auth),
  hop: ({ request }) => hostOf(request),
  quotes: ['body'],
  example: `http: POST https://api.example.com/orders
body:
  sku: CANARY-SKU-1
response:
  status: 201
save:
  orderId: response.body.orderId
`,
  identity: ({ request, query = {}, body = null, form = {} }) => [request, query, body, form],
  isAbsent: ({ request }, answer) =>
    request.startsWith('DELETE ') && isJsonMap(answer) && [404, 410].includes(Number(answer['status'])),
  faults: ({ request, body, form, ...asked }, of) => {
    const line = requestLineFaults(request, { key: 'request', filled: of.filled });
    if (line.length > 0) return line;
    if (body !== undefined && form !== undefined) {
      return [{ key: 'form', message: "'form' and 'body' are both given", hint: 'send one of them' }];
    }
    if (body !== undefined && /^(GET|HEAD) /.test(request)) {
      return [{ key: 'body', message: 'a GET or HEAD has no body', hint: 'use query, or another method' }];
    }
    return [...authFaults(asked), ...requestFaults(asked, { key: 'request', request }, of)];
  },
  act: async ({ request, auth, ...asked }, context) => {
    const own = context.correlate ? headersOf(context, context.correlation) : {};
    const { clock, runtimeApi, proxyFor, signal, holdsSecret } = context;
    const given = { clock, runtimeApi, proxyFor, signal, holdsSecret };
    const authorize = authorizeBy(auth, context);
    const answer = await exchange({ ...splitRequest(request), ...asked, own, authorize }, given);
    const status = Number(answer.data['status']);
    return {
      kind: 'http',
      id: `${context.runId}-${context.stepId}`,
      takenAtMs: clock.nowMs(),
      retryable: status === 429 || status >= 500,
      ...answer,
    };
  },
} satisfies Verb<typeof input>;
