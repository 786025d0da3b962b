import { iamActionOf } from './iam-actions.ts';
import { type RoleCredentials, roleCredentials } from './role-credentials.ts';

/** What a client is for: an act is sent once, a look may be repeated. */
export type Purpose = 'act' | 'look';

/** Makes AWS clients, one of each sort. */
export interface AwsClients {
  clientOf<Client>(constructor: new (config: never) => Client, purpose: Purpose): Client;
  /** Closes their connections. */
  close(): void;
}

/** Tries of one look; a poll looks again anyway. */
const LOOK_TRIES = 3;

/**
 * Clients with the same options everywhere: the usual chain for credentials, or the role given, assumed with them; the region
 * given or that of the chain; and AWS_ENDPOINT_URL honoured, for queues too, whose URLs name a host of their own.
 */
export function awsClients({
  region,
  endpoint,
  role,
}: {
  readonly region?: string;
  readonly endpoint?: string;
  readonly role?: string;
}): AwsClients {
  const credentials = role === undefined ? undefined : roleCredentials(role, { region, endpoint });
  const made = new Map<string, Map<unknown, unknown>>();
  return {
    clientOf: <Client>(constructor: new (config: never) => Client, purpose: Purpose) => {
      const ofPurpose = made.get(purpose) ?? new Map<unknown, unknown>();
      made.set(purpose, ofPurpose);
      const client =
        ofPurpose.get(constructor) ??
        saysWhatWasAsked(new constructor(optionsOf({ region, endpoint, credentials, purpose }) as never));
      ofPurpose.set(constructor, client);
      return client as Client;
    },
    close: () => {
      for (const client of [...made.values()].flatMap((clients) => [...clients.values()])) {
        (client as { destroy(): void }).destroy();
      }
      made.clear();
    },
  };
}

interface Stack {
  add(
    middleware: (
      next: (args: unknown) => Promise<unknown>,
      context: { readonly clientName?: string; readonly commandName?: string },
    ) => (args: unknown) => Promise<unknown>,
    options: { readonly step: 'initialize'; readonly name: string },
  ): void;
}

/** AWS's errors do not say which call was refused, and so not which permission is missing: they are told here. */
function saysWhatWasAsked<Client>(client: Client): Client {
  (client as { readonly middlewareStack: Stack }).middlewareStack.add(
    (next, { clientName = '', commandName = '' }) =>
      async (args) =>
        next(args).catch((thrown: unknown) => {
          const action = iamActionOf(clientName, commandName);
          if (Error.isError(thrown) && action !== undefined) Object.assign(thrown, { iamAction: action });
          throw thrown;
        }),
    { step: 'initialize', name: 'sayWhatWasAsked' },
  );
  return client;
}

interface OptionsFrom {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly credentials: (() => Promise<RoleCredentials>) | undefined;
  readonly purpose: Purpose;
}

function optionsOf({ region, endpoint, credentials, purpose }: OptionsFrom): object {
  return {
    maxAttempts: purpose === 'act' ? 1 : LOOK_TRIES,
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    // A bucket's name is no host below an endpoint of one's own.
    ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false, forcePathStyle: true }),
  };
}
