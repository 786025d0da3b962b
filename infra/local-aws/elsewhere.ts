import { Refusal } from './protocol/refusal.ts';
import type { Answer } from './services/queues.ts';
import { refusalInXml } from './services/stacks.ts';

/** Location of the local AWS: one region and one account; resources exist in no other. */
export interface HomeLocation {
  readonly region: string;
  readonly account: string;
}

/** Each service's error for a missing resource, with its protocol, by the service's signing name. */
const MISSING: Readonly<Record<string, readonly [code: string, protocol: 'json' | 'xml']>> = {
  cloudformation: ['ValidationError', 'xml'],
  dynamodb: ['ResourceNotFoundException', 'json'],
  events: ['ResourceNotFoundException', 'json'],
  kinesis: ['ResourceNotFoundException', 'json'],
  lambda: ['ResourceNotFoundException', 'json'],
  logs: ['ResourceNotFoundException', 'json'],
  secretsmanager: ['ResourceNotFoundException', 'json'],
  sns: ['NotFound', 'xml'],
  sqs: ['QueueDoesNotExist', 'json'],
  ssm: ['ParameterNotFound', 'json'],
  states: ['StateMachineDoesNotExist', 'json'],
};

/** The keys of requests that name a resource. */
const NAMING =
  /"(?:EventBusName|QueueUrl|QueueOwnerAWSAccountId|SecretId|StreamARN|TopicArn|executionArn|logGroupIdentifier|stateMachineArn)":"([^"]*)"/g;

/** The answer to a request that is signed for another region, or names something of another account; else undefined. */
export function answerFromElsewhere(
  { authorization, path, body }: Readonly<Record<'authorization' | 'path' | 'body', string>>,
  here: HomeLocation,
): Answer | undefined {
  const [, region = here.region, service = ''] =
    /Credential=[^/]+\/\d+\/([\w-]+)\/([\w-]+)\//.exec(authorization) ?? [];
  const missing = MISSING[service];
  if (missing === undefined) return undefined;
  const accounts = namedIn(path, body).flatMap(accountsIn);
  if (region === here.region && accounts.every((account) => account === here.account)) return undefined;
  const [code, protocol] = missing;
  const message = `There is nothing in ${region}, account ${accounts[0] ?? here.account}: the local AWS is ${here.region}, account ${here.account}.`;
  if (protocol === 'xml') return refusalInXml(new Refusal(code, message, 404));
  return {
    status: 400,
    type: 'application/x-amz-json-1.1',
    body: JSON.stringify({ __type: code, message }),
    code,
  };
}

function namedIn(path: string, body: string): readonly string[] {
  const topic = body.startsWith('{') ? null : new URLSearchParams(body).get('TopicArn');
  return [
    decodeURIComponent(path),
    topic ?? [],
    [...body.matchAll(NAMING)].map(([, value = '']) => value),
  ].flat();
}

/** The account in an ARN, in the path of a queue's URL, or by itself. */
function accountsIn(named: string): readonly string[] {
  return (
    /arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})|(?:^|\/)(\d{12})(?:\/|$)/.exec(named)?.slice(1).filter(Boolean) ?? []
  );
}
