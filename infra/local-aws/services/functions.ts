import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../protocol/refusal.ts';
import { withLog } from './function-logs.ts';

/** A Lambda handler, called in this process. */
export type Handler = (event: never, context: LambdaContext) => Promise<unknown>;

/** The part of Lambda's context that handlers use. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly clientContext?: unknown;
  getRemainingTimeInMillis(): number;
}

/** Outcome of a call: a result, or the handler's error in Lambda's form; and the end of its log, in base64. */
export interface FunctionAnswer {
  readonly result?: unknown;
  readonly fault?: {
    readonly errorType: string;
    readonly errorMessage: string;
    readonly trace: readonly string[];
  };
  readonly log: string;
}

/** Lambda: functions by name. */
export interface Functions {
  register(name: string, handler: Handler, options?: { readonly deadLetterQueue?: string }): void;
  /** Calls a function and waits for it. */
  invoke(name: string, event: unknown, clientContext?: string): Promise<unknown>;
  /** Calls a function, and returns the answer of Lambda's Invoke. */
  answer(name: string, event: unknown, clientContext: string): Promise<FunctionAnswer>;
  /** @throws Refusal if there is no such function. */
  find(name: string): void;
  /** Answers GetFunctionConfiguration, and ListEventSourceMappings, of which there are none here; else undefined. */
  describe(method: string, path: string): string | undefined;
  /** Calls a function as EventBridge and SNS do: two more tries, then its dead-letter queue. */
  invokeAsync(name: string, event: unknown): Promise<void>;
  /** Cancels pending retries. */
  close(): void;
}

interface RegisteredFunction {
  readonly handler: Handler;
  readonly deadLetterQueue?: string;
}

/** Destination of failed events. */
export type DeadLetters = (
  queueArn: string,
  body: string,
  attributes: Readonly<Record<string, string>>,
) => Promise<void>;

const TRIES = 3;
const PAUSE_MS = 100; // Lambda waits one minute, then two: too long for a demonstration
const TIMEOUT_MS = 30_000;

/** Writes a line to a log group. */
export type WriteLog = (group: string, line: string) => void;

/** Starts a Lambda without functions. */
export function startFunctions(
  region: string,
  account: string,
  { deadLetters, writeLog }: { readonly deadLetters: DeadLetters; readonly writeLog: WriteLog },
): Functions {
  const known = new Map<string, RegisteredFunction>();
  const ending = new AbortController();
  const find = (name: string): RegisteredFunction => functionNamed(name, known);
  const invoke = async (name: string, event: unknown, clientContext = ''): Promise<unknown> => {
    const found = find(name);
    const startedAtMs = performance.now();
    const context: LambdaContext = {
      awsRequestId: randomUUID(),
      functionName: name,
      invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      ...(clientContext === '' ? {} : { clientContext: contextIn(clientContext) }),
      getRemainingTimeInMillis: () => TIMEOUT_MS - (performance.now() - startedAtMs),
    };
    // Lambda passes JSON, never a shared object.
    return withLog(
      (line) => writeLog(`/aws/lambda/${context.functionName}`, line),
      async () => found.handler(JSON.parse(JSON.stringify(event)) as never, context),
    );
  };
  return {
    register: (name, handler, options = {}) => void known.set(name, { handler, ...options }),
    invoke,
    find: (name) => void find(name),
    describe: (method, path) =>
      method === 'GET' ? described(path, { find, arn: `arn:aws:lambda:${region}:${account}` }) : undefined,
    answer: async (name, event, context) => find(name) && answerOf(() => invoke(name, event, context)),
    invokeAsync: async (name, event) =>
      callAsync(async () => invoke(name, event), {
        signal: ending.signal,
        fail: async (words) => {
          const queue = known.get(name)?.deadLetterQueue;
          const attributes = { RequestID: randomUUID(), ErrorCode: '200', ErrorMessage: words };
          if (queue !== undefined) await deadLetters(queue, JSON.stringify(event), attributes);
        },
      }),
    close: () => ending.abort(),
  };
}

/** Calls as EventBridge and SNS do: two more tries, and then the event has failed. */
async function callAsync(
  invoke: () => Promise<unknown>,
  { signal, fail }: { readonly signal: AbortSignal; readonly fail: (words: string) => Promise<void> },
): Promise<void> {
  let fault: unknown;
  for (let tried = 0; tried < TRIES && !signal.aborted; tried += 1) {
    try {
      await invoke();
      return;
    } catch (thrown) {
      fault = thrown;
      await pause(PAUSE_MS, undefined, { signal }).catch(() => {
        // the local AWS ends: pending retries are cancelled
      });
    }
  }
  if (!signal.aborted) await fail(fault instanceof Error ? fault.message : String(fault));
}

function described(
  path: string,
  { find, arn }: { readonly find: (name: string) => unknown; readonly arn: string },
): string | undefined {
  if (path.startsWith('/2015-03-31/event-source-mappings')) return '{"EventSourceMappings":[]}';
  const [, asked] = /^\/2015-03-31\/functions\/([^/]+)\/configuration/.exec(path) ?? [];
  if (asked === undefined) return undefined;
  const name = decodeURIComponent(asked).replace(/^arn:.*:function:/, '');
  find(name);
  return JSON.stringify({
    FunctionName: name,
    FunctionArn: `${arn}:function:${name}`,
    State: 'Active',
    LastUpdateStatus: 'Successful',
  });
}

function functionNamed(
  nameOrArn: string,
  known: ReadonlyMap<string, RegisteredFunction>,
): RegisteredFunction {
  const [name = ''] = nameOrArn.replace(/^arn:.*:function:/, '').split(':');
  const found = known.get(name);
  if (found !== undefined) return found;
  throw new Refusal('ResourceNotFoundException', `Function not found: ${name}`, 404);
}

function contextIn(base64: string): unknown {
  return JSON.parse(Buffer.from(base64, 'base64').toString());
}

async function answerOf(call: () => Promise<unknown>): Promise<FunctionAnswer> {
  const tail = (words: string): string => Buffer.from(`START\n${words}END\n`).toString('base64');
  try {
    return { result: await call(), log: tail('') };
  } catch (thrown) {
    const { name: errorType, message: errorMessage } =
      thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
    const fault = { errorType, errorMessage, trace: [] };
    return { fault, log: tail(`ERROR ${errorType}: ${errorMessage}\n`) };
  }
}
