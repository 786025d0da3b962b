import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { awsClients } from '../adapters/aws/clients.ts';
import { classifyAwsError } from '../adapters/aws/errors.ts';
import { dynamodbJournal } from '../adapters/dynamodb/journal.ts';
import { dynamodbDesk } from '../adapters/inbox/dynamodb-desk.ts';
import { invocationClock } from '../adapters/runtime/invocation-clock.ts';
import { systemRandom } from '../adapters/runtime/system-random.ts';
import { clientOptions } from '../app-parts.ts';
import {
  LONGEST_REQUEST_BYTES,
  MOST_ADMITTED,
  type ReceivedRequest,
  receive,
} from '../engine/inbox/receive.ts';
import { type Bundle, fleetIn } from './bundle.ts';
import { deployedSettings } from './deployed-settings.ts';
import { type LambdaEnvironment, PROCESS } from './lambda-environment.ts';

/** The most by which the clocks of two functions are taken to differ, in milliseconds (docs/decisions/0052-runs-at-once-on-one-tap.md). */
const CLOCKS_DIFFER_MS = 100;

/**
 * The inbox function: what comes to its URL with the token of an open run stands in the journal before it is answered. It logs nothing of a
 * request. A failure is an error of the function, and the sender gets status 502.
 * @throws Error with every fault of its settings, when it is made.
 */
export function inboxHandler(
  bundle: Pick<Bundle, 'fleet'>,
  around: LambdaEnvironment = PROCESS,
): (event: LambdaFunctionURLEvent) => Promise<LambdaFunctionURLResult> {
  const settings = deployedSettings(around.env, ['table', 'stack']);
  const { project, environment } = fleetIn(bundle);
  const clock = invocationClock();
  const clients = awsClients(clientOptions(settings));
  const at = { clients, clock, table: settings.table, namespace: `${project.name}/${environment.name}` };
  const of = {
    desk: dynamodbDesk(at),
    journal: dynamodbJournal(at),
    clock,
    random: systemRandom(),
    most: MOST_ADMITTED,
    clocksDifferMs: CLOCKS_DIFFER_MS,
  };
  return async (event) => {
    clock.renew();
    try {
      const { status: statusCode, headers, body } = await receive(requestOf(event), of);
      return { statusCode, headers: { ...headers }, body };
    } catch (thrown) {
      throw classifyAwsError(thrown);
    }
  };
}

/** A request of a function URL, whose payload has the format 2.0 (AWS Lambda developer guide, "Invoking Lambda function URLs"). */
function requestOf({
  rawPath,
  rawQueryString,
  headers,
  cookies = [],
  body = '',
  isBase64Encoded,
  requestContext,
}: LambdaFunctionURLEvent): ReceivedRequest {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const isWhole = bytes.length <= LONGEST_REQUEST_BYTES;
  const given = Object.entries(headers).map(([name, value = '']) => [name.toLowerCase(), value] as const);
  return {
    method: requestContext.http.method,
    target: rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`,
    headers: Object.fromEntries(
      cookies.length === 0 ? given : [...given, ['cookie', cookies.join('; ')] as const],
    ),
    body: isWhole ? bytes : new Uint8Array(),
    isWhole,
  };
}
