import { Type } from 'typebox';
import { TargetError } from '../../../core/base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
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

type Answer = Pick<Evidence, 'data' | 'truncated' | 'unread'>;

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
    body: { description: 'the body of an answer that is no GraphQL, such as the page of a proxy' },
    time: HTTP_VIEW.time,
  },
  blameOnTimeout: 'system',
  // The file's own header is sent unchanged, next to ours.
  ownIds: () => [],
  defaultResponse: { status: { $atLeast: 200, $below: 300 }, errors: { $exists: false } },
  permissions: ({ url, auth }) => authPermissions(url, auth, SERVICE),
  hop: ({ url, operation }) => `graphql ${hostOf(url)}${operation === undefined ? '' : ` · ${operation}`}`,
  quotes: ['errors', 'body'],
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
    ...documentFaults({ query, ...omitUndefined({ variables, operation }) }, of),
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
      ...answerOf(answer, url),
      ...omitUndefined({ unauthorized: answer.unauthorized }),
      ...(answer.overlong === undefined ? {} : { overlong: { ...answer.overlong, paths: ['time'] } }),
    };
  },
} satisfies Verb<typeof input>;

const FIELDS = ['data', 'errors', 'extensions', 'body'] as const;

/**
 * The answer by its fields. A check on any of them is undecided as far as the body could not be read.
 * @throws TargetError if it is no answer of GraphQL, though its status says that all is well.
 */
function answerOf(answer: HttpAnswer, url: string): Answer {
  const { status = 0, headers = {}, time = '', body = null } = answer.data;
  const seen = { status, headers, time };
  const unseen = unseenOf(answer);
  const fields = fieldsOf(body);
  if (fields !== undefined) return { data: { ...seen, ...fields }, ...unseen };
  const isSeen = unseen.truncated === undefined && unseen.unread?.some(({ absent }) => absent) !== true;
  if (!isSeen || Number(status) < 200 || Number(status) >= 300) return { data: { ...seen, body }, ...unseen };
  throw new TargetError(
    `${hostOf(url)} answered ${Number(status)}, but not in GraphQL: the body has no map of 'data', and no 'errors'. Check the path of the URL. It is: ${JSON.stringify(body)}`,
  );
}

/** The parts of a body that could not be read: each of its fields may stand there. */
function unseenOf({ truncated, unread }: HttpAnswer): Pick<Answer, 'truncated' | 'unread'> {
  return omitUndefined({
    truncated: truncated === undefined ? undefined : FIELDS,
    unread: unread?.flatMap((part) => FIELDS.map((path) => ({ ...part, path }))),
  });
}

/** The fields of a body in GraphQL (specification, section 7.1): without errors, its data is a map. */
function fieldsOf(body: Json): JsonMap | undefined {
  if (!isJsonMap(body)) return undefined;
  const { data = null, errors, extensions } = body;
  if (isErrors(errors)) return omitUndefined({ data: body['data'], errors, extensions });
  return isJsonMap(data) ? omitUndefined({ data, extensions }) : undefined;
}

/** Some servers write `errors: null` or `[]` where there are none. */
function isErrors(errors: Json | undefined): boolean {
  return errors !== undefined && errors !== null && !(isJsonList(errors) && errors.length === 0);
}
