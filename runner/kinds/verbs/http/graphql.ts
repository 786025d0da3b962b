import { Type } from 'typebox';
import { ObserverError, TargetError } from '../../../core/base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { headersOf } from '../../../core/taps/propagation.ts';
import { documentFaults } from '../../http/graphql-document.ts';
import { AUTH_KEYS, authFaults, authorizeBy, authPermissions } from '../../http/http-auth.ts';
import { exchange, HTTP_VIEW, type HttpAnswer, hostOf } from '../../http/request.ts';
import { requestFaults } from '../../http/request-faults.ts';
import { urlFaults } from '../../http/request-line.ts';
import type { Verb } from '../../kind.ts';
import { anyMap, closed, scalars, text } from '../../schema.ts';

const input = closed({
  url: text('URL of the GraphQL endpoint: https://api.example.com/graphql'),
  query: text('The document: a query or a mutation, in GraphQL'),
  variables: Type.Optional(anyMap('Values of the variables that the document declares')),
  operation: Type.Optional(text('Name of the operation, if the document has several')),
  headers: Type.Optional(scalars('Request headers')),
  ...AUTH_KEYS,
});

/** Service that a request is signed for if the host does not name one. */
const SERVICE = 'appsync';

/** Sends one GraphQL request by POST (GraphQL over HTTP), as a client of the system would. */
export const graphql = {
  name: 'graphql',
  summary: 'sends a GraphQL query or mutation',
  primaryInput: 'url',
  input,
  view: {
    status: HTTP_VIEW.status,
    headers: HTTP_VIEW.headers,
    data: { description: 'the data of the answer; a field that failed is null' },
    errors: { type: 'list', description: 'its errors; missing if there are none' },
    extensions: { type: 'map', description: 'what the server adds, if it adds anything' },
    time: HTTP_VIEW.time,
  },
  blameOnTimeout: 'system',
  // The file's own header is sent unchanged, next to ours.
  ownIds: () => [],
  defaultResponse: { status: { $atLeast: 200, $below: 300 }, errors: { $exists: false } },
  permissions: ({ url, auth }) => authPermissions(url, auth, SERVICE),
  hop: ({ url, operation }) => `graphql ${hostOf(url)}${operation === undefined ? '' : ` · ${operation}`}`,
  quotes: ['errors'],
  identity: ({ url, query, variables = {}, operation = null }) => [url, query, variables, operation],
  example: `graphql: https://api.example.com/graphql
query: |
  mutation Place($sku: ID!) {
    placeOrder(sku: $sku) { orderId }
  }
variables:
  sku: CANARY-SKU-1
save:
  orderId: response.data.placeOrder.orderId
`,
  faults: ({ url, query, variables, operation, ...asked }, of) => [
    ...urlFaults(url, { key: 'url', filled: of.filled }),
    ...documentFaults({ query, ...omitUndefined({ variables, operation }) }),
    ...authFaults(asked),
    ...requestFaults(asked, { key: 'url', request: url }, of),
  ],
  act: async ({ url, query, variables, operation, auth, ...asked }, context) => {
    const own = context.correlate ? headersOf(context, context.correlation) : {};
    const { clock, runtimeApi, proxyFor, signal, holdsSecret } = context;
    const given = { clock, runtimeApi, proxyFor, signal, holdsSecret };
    const authorize = authorizeBy(auth, context, SERVICE);
    const body = { query, ...omitUndefined({ variables, operationName: operation }) };
    const accept = { accept: 'application/graphql-response+json, application/json;q=0.9', ...own };
    const answer = await exchange({ method: 'POST', url, body, ...asked, own: accept, authorize }, given);
    const status = Number(answer.data['status']);
    return {
      kind: 'graphql',
      id: `${context.runId}-${context.stepId}`,
      takenAtMs: clock.nowMs(),
      retryable: status === 429 || status >= 500,
      data: answerOf(answer, url),
      ...omitUndefined({ unauthorized: answer.unauthorized }),
      ...(answer.overlong === undefined ? {} : { overlong: { ...answer.overlong, paths: ['time'] } }),
    };
  },
} satisfies Verb<typeof input>;

/**
 * The answer by its fields.
 * @throws ObserverError if it could not be read; TargetError if it is no answer of GraphQL, though its status says that all is well.
 */
function answerOf({ data: answer, truncated, unread = [] }: HttpAnswer, url: string): JsonMap {
  const { status = 0, headers = {}, time = '', body = null } = answer;
  const seen = { status, headers, time };
  if (isJsonMap(body) && ('data' in body || isErrors(body['errors']))) {
    const { data, errors, extensions } = body;
    return { ...seen, ...omitUndefined({ data, errors: isErrors(errors) ? errors : undefined, extensions }) };
  }
  if (Number(status) < 200 || Number(status) >= 300) return seen;
  if (truncated !== undefined || unread.some(({ absent }) => absent === true))
    throw new ObserverError(
      `The answer of ${hostOf(url)} could not be read: it is longer than 1 MiB, or encoded in a way that Coalmine does not know.`,
      { permanent: true },
    );
  throw new TargetError(
    `${hostOf(url)} answered ${Number(status)}, but not in GraphQL: the body has neither 'data' nor 'errors'. Check the path of the URL.`,
  );
}

/** Some servers write `errors: null` or `[]` where there are none. */
function isErrors(errors: Json | undefined): boolean {
  return errors !== undefined && errors !== null && !(isJsonList(errors) && errors.length === 0);
}
