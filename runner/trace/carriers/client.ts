import { outgoing } from '../ids/context.ts';
import { reportLoss } from '../ids/log.ts';
import { write } from './write.ts';

interface Handled {
  input: Record<string, unknown>;
}

type Next = (handled: Handled) => Promise<unknown>;

/** The part of a client of the AWS SDK, version 3, that is used here. */
export interface SdkClient {
  readonly middlewareStack: {
    add(
      middleware: never,
      options: { step: 'initialize'; name: string; override: boolean; priority: 'low' },
    ): void;
  };
}

/**
 * Lets a client write the ids of the work at hand into all that it sends: events, messages, records, items, objects, executions, invocations.
 * Outside of any work it changes nothing. Returns the client itself. Idempotent.
 */
export function traced<Client extends SdkClient>(client: Client): Client {
  const middleware =
    (next: Next, { commandName = '' }: { commandName?: string }) =>
    (handled: Handled) => {
      const context = outgoing();
      if (context === undefined) return next(handled);
      const onLoss = (carrier: string): void => reportLoss(commandName, carrier);
      return next({ ...handled, input: { ...write(commandName, handled.input, context, onLoss) } });
    };
  client.middlewareStack.add(middleware as never, {
    step: 'initialize',
    name: 'coalmineTrace',
    override: true,
    priority: 'low',
  });
  return client;
}
