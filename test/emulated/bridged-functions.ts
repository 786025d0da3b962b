import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { Functions, Handler } from '../../infra/local-aws/functions.ts';
import { zipOf } from './zip.ts';

/** Functions of the emulator, whose code asks this process to do the work, so that tests can see what they were called with. */
export interface BridgedFunctions extends Pick<Functions, 'register' | 'invoke'> {
  /** Waits for the functions that were registered. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const ROLE = 'arn:aws:iam::000000000000:role/any';

/** What runs in the emulator: it tells this process of the call, and answers or throws what it is told. */
const CODE = `exports.handler = async (event, { functionName, invokedFunctionArn, awsRequestId, clientContext }) => {
  const context = { functionName, invokedFunctionArn, awsRequestId, clientContext };
  const answer = await fetch(process.env.BRIDGE, { method: 'POST', body: JSON.stringify({ event, context }) });
  const { result, fault } = await answer.json();
  if (fault !== undefined) throw Object.assign(new Error(fault.message), { name: fault.name });
  return result;
};`;

/** Starts without functions. */
export async function bridgeFunctions(client: LambdaClient): Promise<BridgedFunctions> {
  const handlers = new Map<string, Handler>();
  const created: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const handler = handlers.get(request.url?.slice(1) ?? '') as Handler;
      void answerOf(handler, Buffer.concat(chunks).toString()).then((answer) => response.end(answer));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const bridge = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const create = async (name: string, deadLetterQueue?: string): Promise<void> => {
    await client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Role: ROLE,
        Handler: 'index.handler',
        Code: { ZipFile: zipOf({ 'index.js': CODE }) },
        Environment: { Variables: { BRIDGE: `${bridge}/${name}` } },
        Timeout: 30,
        ...(deadLetterQueue === undefined ? {} : { DeadLetterConfig: { TargetArn: deadLetterQueue } }),
      }),
    );
    const Action = 'lambda:InvokeFunction';
    for (const service of ['events', 'sns', 'states'])
      await client.send(
        new AddPermissionCommand({
          FunctionName: name,
          StatementId: service,
          Action,
          Principal: `${service}.amazonaws.com`,
        }),
      );
  };
  const settled = async (): Promise<void> => void (await Promise.all(created));
  return {
    register: (name, handler, { deadLetterQueue } = {}) => {
      const isNew = !handlers.has(name);
      handlers.set(name, handler);
      if (isNew) created.push(create(name, deadLetterQueue));
    },
    invoke: async (name, event) => {
      await settled();
      const Payload = Buffer.from(JSON.stringify(event));
      const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text) as unknown;
    },
    settled,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answerOf(handler: Handler, body: string): Promise<string> {
  const { event, context } = JSON.parse(body) as {
    readonly event: never;
    readonly context: Parameters<Handler>[1];
  };
  try {
    const result = await handler(event, { ...context, getRemainingTimeInMillis: () => 30_000 });
    return JSON.stringify({ result });
  } catch (thrown) {
    const { name, message } = thrown as Error;
    return JSON.stringify({ fault: { name, message } });
  }
}
