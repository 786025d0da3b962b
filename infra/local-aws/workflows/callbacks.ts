import { randomUUID } from 'node:crypto';
import type { Json } from '../events/event-pattern.ts';
import { Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** The tasks that wait for a callback, by their tokens. */
export interface Callbacks {
  /** A token, before its task begins to wait. */
  newToken(): string;
  /** Waits for the answer to a token: its output, or its error. */
  answerTo(token: string): Promise<Json>;
  /** The operations SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. */
  readonly operations: Readonly<Record<string, (body: Body) => Json>>;
  /** Ends the tasks that still wait: each has a timer. */
  close(): void;
}

/** Starts without tasks. Time-outs and heartbeats of tasks are not simulated. */
export function startCallbacks(): Callbacks {
  const tasks = new Map<string, ReturnType<typeof Promise.withResolvers<Json>> & { isOver: boolean }>();
  const waiting = ({ taskToken }: Body) => {
    const found = tasks.get(String(taskToken));
    if (found === undefined) throw new Refusal('InvalidToken', "Invalid Token: 'Invalid token'");
    if (found.isOver) throw new Refusal('TaskTimedOut', 'Task Timed Out: the task is over');
    return found;
  };
  const ended = (body: Body) => Object.assign(waiting(body), { isOver: true });
  return {
    newToken: () => {
      const token = Buffer.from(randomUUID().repeat(3)).toString('base64');
      const one = Object.assign(Promise.withResolvers<Json>(), { isOver: false });
      one.promise.catch(() => {}); // an error may come before the task waits for it
      tasks.set(token, one);
      return token;
    },
    answerTo: async (token) => tasks.get(token)?.promise ?? null,
    operations: {
      SendTaskSuccess: (body) => {
        ended(body).resolve(JSON.parse(String(body['output'])) as Json);
        return {};
      },
      SendTaskFailure: (body) => {
        const { error = 'States.TaskFailed', cause = '' } = body;
        ended(body).reject(Object.assign(new Error(String(cause)), { name: String(error) }));
        return {};
      },
      SendTaskHeartbeat: (body) => {
        waiting(body);
        return {};
      },
    },
    close: () => {
      for (const { reject } of tasks.values()) reject(new Error('The local AWS was closed.'));
    },
  };
}
