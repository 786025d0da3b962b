import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { callApi } from '../../../infra/local-aws/services/http-api.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import type { TestAws } from '../../support/aws/test-aws.ts';
import { bridgeFunctions } from './bridged-functions.ts';
import { startEmulator } from './emulator.ts';
import { listen, startFront, textOf } from './front.ts';

/**
 * Starts MiniStack, with the interface of our own local AWS. Operations that are immediate in ours take calls here; the next caller waits
 * for them transparently.
 */
export async function startMiniStack(of: { readonly region?: string } = {}): Promise<TestAws> {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DISABLE_REQUEST_COMPRESSION: 'true', // MiniStack loses metrics that come compressed
  });
  const emulator = await startEmulator(of.region);
  const { region, account } = emulator;
  const clients = awsClients({ endpoint: emulator.url, region });
  const functions = await bridgeFunctions(clients.clientOf(LambdaClient, 'act'));
  let begun: Promise<void> = Promise.resolve();
  const begin = (work: () => Promise<unknown>): void => {
    begun = begun.then(async () => void (await work()));
    begun.catch(() => {}); // the error goes to the waiting caller
  };
  const front = await startFront(emulator.url, async () => begun);
  const closers = [front.close, functions.close, emulator.close];
  return {
    url: front.url,
    region,
    account,
    functions: {
      register: (name, handler, options) => begin(async () => functions.create(name, handler, options)),
      invoke: async (...call) => begun.then(async () => functions.invoke(...call)),
    },
    events: {
      intercept: () => {
        throw new Error('nobody stands between those who put events into MiniStack and its buses');
      },
    },
    stacks: { register: (name, outputs) => begin(async () => makeStack(name, outputs, clients)) },
    logs: { write: (group, message) => begin(async () => writeLine(group, message, clients)) },
    xray: { searchTransactions: () => {} }, // MiniStack has no X-Ray that could fail
    api: async (routes) => {
      const api = await listen((request, response) => {
        void textOf(request)
          .then(async (body) => callApi(routes, functions, request, body))
          .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
      });
      closers.push(api.close);
      await begun;
      return api.url;
    },
    close: async () => {
      await begun.catch(() => {}); // the failed test has reported it
      clients.close();
      for (const close of closers) await close();
    },
  };
}

async function makeStack(
  StackName: string,
  outputs: Readonly<Record<string, string>>,
  clients: AwsClients,
): Promise<void> {
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
  const Resources = { Nothing: { Type: 'AWS::CloudFormation::WaitConditionHandle' } };
  const TemplateBody = JSON.stringify({ Resources, Outputs });
  await clients
    .clientOf(CloudFormationClient, 'act')
    .send(new CreateStackCommand({ StackName, TemplateBody }));
}

async function writeLine(logGroupName: string, message: string, clients: AwsClients): Promise<void> {
  const logs = clients.clientOf(CloudWatchLogsClient, 'act');
  const logStreamName = 'local';
  for (const command of [
    new CreateLogGroupCommand({ logGroupName }),
    new CreateLogStreamCommand({ logGroupName, logStreamName }),
  ])
    await logs.send(command as CreateLogGroupCommand).catch((thrown: unknown) => {
      if ((thrown as Error).name !== 'ResourceAlreadyExistsException') throw thrown;
    });
  const logEvents = [{ timestamp: Date.now(), message }];
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}
