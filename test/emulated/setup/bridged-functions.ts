import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { withLog } from '../../../infra/local-aws/services/function-logs.ts';
import type { Functions, Handler } from '../../../infra/local-aws/services/functions.ts';
import { listen, textOf } from './front.ts';
import { zipOf } from './zip.ts';

/** Functions of the emulator, whose code delegates to this process, so that tests can see their calls. */
export interface BridgedFunctions {
  create(name: string, handler: Handler, options?: { readonly deadLetterQueue?: string }): Promise<void>;
  readonly invoke: Functions['invoke'];
  close(): Promise<void>;
}

const ROLE = 'arn:aws:iam::000000000000:role/any';
const CALLERS = ['events', 'sns', 'states'] as const;

/** Code in the emulator: it forwards the call to this process, and answers or throws as directed. */
const CODE = `exports.handler = async (event, { functionName, invokedFunctionArn, awsRequestId, clientContext }) => {
  const context = { functionName, invokedFunctionArn, awsRequestId, clientContext: clientContext ?? undefined };
  const answer = await fetch(process.env.BRIDGE, { method: 'POST', body: JSON.stringify({ event, context }) });
  const { result, fault } = await answer.json();
  if (fault !== undefined) throw Object.assign(new Error(fault.message), { name: fault.name });
  return result;
};`;

/** Starts without functions. */
export async function bridgeFunctions(client: LambdaClient): Promise<BridgedFunctions> {
  const handlers = new Map<string, Handler>();
  const bridge = await listen((request, response) => {
    const handler = handlers.get(request.url?.slice(1) ?? '') as Handler;
    void textOf(request).then(async (body) => response.end(await answerOf(handler, body)));
  });
  return {
    create: async (name, handler, { deadLetterQueue } = {}) => {
      const isNew = !handlers.has(name);
      handlers.set(name, handler);
      if (!isNew) return;
      await client.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Role: ROLE,
          Handler: 'index.handler',
          Code: { ZipFile: zipOf({ 'index.js': CODE }) },
          Environment: { Variables: { BRIDGE: `${bridge.url}/${name}` } },
          Timeout: 30,
          ...(deadLetterQueue === undefined ? {} : { DeadLetterConfig: { TargetArn: deadLetterQueue } }),
        }),
      );
      for (const service of CALLERS)
        await client.send(
          new AddPermissionCommand({
            FunctionName: name,
            StatementId: service,
            Action: 'lambda:InvokeFunction',
            Principal: `${service}.amazonaws.com`,
          }),
        );
    },
    invoke: async (name, event) => {
      const Payload = Buffer.from(JSON.stringify(event));
      const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text) as unknown;
    },
    close: async () => bridge.close(),
  };
}

async function answerOf(handler: Handler, body: string): Promise<string> {
  const { event, context } = JSON.parse(body) as {
    readonly event: never;
    readonly context: Parameters<Handler>[1];
  };
  try {
    // Its lines belong into a log group, which the emulator makes of what its own process prints.
    const result = await withLog(
      () => {},
      async () => handler(event, { ...context, getRemainingTimeInMillis: () => 30_000 }),
    );
    return JSON.stringify({ result });
  } catch (thrown) {
    const { name, message } = thrown as Error;
    return JSON.stringify({ fault: { name, message } });
  }
}
