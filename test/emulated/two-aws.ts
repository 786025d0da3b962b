import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Functions } from '../../infra/local-aws/functions.ts';
import { callApi } from '../../infra/local-aws/http-api.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../runner/adapters/aws-clients.ts';
import { bridgeFunctions } from './bridged-functions.ts';
import { startEmulator } from './emulator.ts';

/** An AWS to try things on: ours or the emulator, which nobody needs to tell apart. */
export interface Aws extends Pick<LocalAws, 'url' | 'region' | 'account' | 'api'> {
  readonly functions: Pick<Functions, 'register' | 'invoke'>;
  clientOf<Client>(constructor: new (config: never) => Client): Client;
  readonly clients: AwsClients;
  /** Waits for the functions that were registered. */
  settled(): Promise<void>;
  /** Makes a stack that puts these out. */
  stack(name: string, outputs: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** Both of them, by the names that their differences are listed under. */
export const BOTH: readonly { readonly name: string; start(): Promise<Aws> }[] = [
  { name: 'local AWS', start: startOurs },
  { name: 'MiniStack', start: startMiniStack },
];

async function startOurs(): Promise<Aws> {
  const aws = await startLocalAws();
  const clients = clientsOf(aws);
  return {
    ...aws,
    clients,
    clientOf: (constructor) => clients.clientOf(constructor, 'act'),
    settled: async () => {},
    stack: async (name, outputs) => aws.stacks.register(name, outputs),
    close: async () => {
      clients.close();
      await aws.close();
    },
  };
}

async function startMiniStack(): Promise<Aws> {
  const emulator = await startEmulator();
  const clients = clientsOf(emulator);
  const clientOf: Aws['clientOf'] = (constructor) => clients.clientOf(constructor, 'act');
  const functions = await bridgeFunctions(clientOf(LambdaClient));
  const closers: (() => Promise<void>)[] = [async () => functions.close(), async () => emulator.close()];
  return {
    ...emulator,
    clients,
    clientOf,
    functions,
    settled: async () => functions.settled(),
    stack: async (StackName, outputs) => {
      const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
      const Resources = { Nothing: { Type: 'AWS::CloudFormation::WaitConditionHandle' } };
      const TemplateBody = JSON.stringify({ Resources, Outputs });
      await clientOf(CloudFormationClient).send(new CreateStackCommand({ StackName, TemplateBody }));
    },
    api: async (routes) => {
      await functions.settled();
      const { url, close } = await listen(routes, functions);
      closers.push(close);
      return url;
    },
    close: async () => {
      clients.close();
      await Promise.all(closers.map(async (close) => close()));
    },
  };
}

/** An HTTP API in front of the emulator's functions: its own has no routes for HTTP APIs that a template describes. */
async function listen(routes: Readonly<Record<string, string>>, functions: Pick<Functions, 'invoke'>) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void callApi(routes, functions, request, Buffer.concat(chunks).toString()).then(
        ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function clientsOf({ url, region }: Pick<LocalAws, 'url' | 'region'>): AwsClients {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DISABLE_REQUEST_COMPRESSION: 'true',
  });
  return awsClients({ endpoint: url, region });
}
