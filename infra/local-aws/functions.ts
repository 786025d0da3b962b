import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from './refusal.ts';

/** A Lambda handler, called in this process. */
export type Handler = (event: never, context: LambdaContext) => Promise<unknown>;

/** What a handler is given beside its event: the part of Lambda's context that handlers use. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** Lambda: functions by name. */
export interface Functions {
  register(name: string, handler: Handler, options?: { readonly deadLetterQueue?: string }): void;
  /** Calls a function and waits for it. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Calls a function as EventBridge and SNS do: two more tries, then its dead-letter queue. */
  invokeAsync(name: string, event: unknown): Promise<void>;
  /** Ends what is still waiting to be tried again. */
  close(): void;
}

/** Where failed events go. */
export type DeadLetters = (
  queueArn: string,
  body: string,
  attributes: Readonly<Record<string, string>>,
) => Promise<void>;

const TRIES = 3;
const PAUSE_MS = 100; // Lambda waits one minute, then two: nobody would wait that long for a demonstration
const TIMEOUT_MS = 30_000;

/** Starts a Lambda without functions. */
export function startFunctions(region: string, account: string, deadLetters: DeadLetters): Functions {
  const known = new Map<string, { readonly handler: Handler; readonly deadLetterQueue?: string }>();
  const ending = new AbortController();
  const invoke = async (name: string, event: unknown): Promise<unknown> => {
    const found = known.get(name);
    if (found === undefined)
      throw new Refusal('ResourceNotFoundException', `Function not found: ${name}`, 404);
    const startedAtMs = performance.now();
    const context: LambdaContext = {
      awsRequestId: randomUUID(),
      functionName: name,
      invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      getRemainingTimeInMillis: () => TIMEOUT_MS - (performance.now() - startedAtMs),
    };
    // Lambda hands over JSON, never the object that somebody else holds.
    return found.handler(JSON.parse(JSON.stringify(event)) as never, context);
  };
  return {
    register: (name, handler, options = {}) => void known.set(name, { handler, ...options }),
    invoke,
    invokeAsync: async (name, event) => {
      let fault: unknown;
      for (let tried = 0; tried < TRIES && !ending.signal.aborted; tried += 1) {
        try {
          await invoke(name, event);
          return;
        } catch (thrown) {
          fault = thrown;
          await pause(PAUSE_MS, undefined, { signal: ending.signal }).catch(() => {
            // the local AWS ends: what was to be tried again is given up
          });
        }
      }
      const queue = known.get(name)?.deadLetterQueue;
      if (queue === undefined || ending.signal.aborted) return;
      const words = fault instanceof Error ? fault.message : String(fault);
      await deadLetters(queue, JSON.stringify(event), {
        RequestID: randomUUID(),
        ErrorCode: '200',
        ErrorMessage: words,
      });
    },
    close: () => ending.abort(),
  };
}
