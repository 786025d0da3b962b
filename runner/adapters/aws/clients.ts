import { locationOf } from '../../core/aws/location.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Sort } from '../../core/blame/sorts.ts';
import { proxyNote } from '../../core/network/proxies.ts';
import { identityIn, type Variables } from './environment-identity.ts';
import { type CallNotes, faultSortOf } from './errors.ts';
import { speakHttp1 } from './http1.ts';
import { iamActionOf } from './iam-actions.ts';
import { requestHandlerFor } from './request-handler.ts';
import { type AwsAnswer, clockOffsetMs, describeAnswer, mayBeAws } from './response.ts';
import { roleCredentials } from './role-credentials.ts';

/** Purpose of a client: an act is sent once, a poll may be repeated. */
export type Purpose = 'act' | 'observe';

/** Makes AWS clients, one of each sort. */
export interface AwsClients {
  /** The client of the region in which an address lies: that of an ARN or a queue's URL; for a name, the region of all. */
  clientOf<Client>(constructor: new (config: never) => Client, purpose: Purpose, address?: string): Client;
  close(): void;
}

/** Attempts of one call; the next poll repeats it anyway. */
const OBSERVE_TRIES = 3;

/**
 * Clients with the same options everywhere. Credentials are those of the usual chain, or of the given role, assumed with them.
 * The region is the given one, or that of the chain. AWS_ENDPOINT_URL holds for queues too, whose URLs name a host of their own.
 */
export function awsClients({
  region,
  endpoint,
  role,
  env = process.env,
}: {
  readonly region?: string;
  readonly endpoint?: string;
  readonly role?: string;
  /** Variables with a profile or credentials, and with proxies. @default those of the process */
  readonly env?: Variables;
}): AwsClients {
  const identity =
    role === undefined ? identityIn(env) : { credentials: roleCredentials(role, { region, endpoint, env }) };
  const made = new Map<string, Map<unknown, unknown>>();
  return {
    clientOf: <Client>(constructor: new (config: never) => Client, purpose: Purpose, address = '') => {
      const { region: at = region } = locationOf(address);
      const key = `${purpose} ${at ?? ''}`;
      const alike = made.get(key) ?? new Map<unknown, unknown>();
      made.set(key, alike);
      const client =
        alike.get(constructor) ??
        withNotes(newClient(constructor, { region: at, endpoint, identity, env, purpose }), env);
      alike.set(constructor, client);
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

type Handler = (args: unknown) => Promise<unknown>;

interface Stack {
  add(
    middleware: (next: Handler, context: { readonly commandName?: string }) => Handler,
    options: {
      readonly step: 'initialize' | 'deserialize';
      readonly name: string;
      readonly priority?: 'low' | 'high';
    },
  ): void;
}

interface SdkClient {
  readonly middlewareStack: Stack;
  /** The service's own name, of which requests are signed. */
  readonly config: { readonly defaultSigningName: string };
}

/** Middleware for the SDK's clients: adds missing facts to errors, and rejects answers that are not from AWS. */
function withNotes<Client>(client: Client, env: Variables): Client {
  const { middlewareStack: stack, config } = client as SdkClient;
  stack.add(
    (next, { commandName = '' }) => {
      const noted: Handler = async (args) =>
        next(args).catch((thrown: unknown) => {
          throw withCallNotes(thrown, iamActionOf(config.defaultSigningName, commandName), env);
        });
      return async (args) =>
        noted(args).catch(async (thrown: unknown) => {
          if (!SIGNED_AGAIN.has(faultSortOf(thrown))) throw thrown;
          return noted(args);
        });
    },
    { step: 'initialize', name: 'noteTheCall', priority: 'high' },
  );
  stack.add((next) => async (args) => fromAws(await next(args).catch(errorsOf(args)), args), {
    step: 'deserialize',
    name: 'refuseWhatIsNotAws',
    priority: 'low',
  });
  return client;
}

/**
 * A call whose signature was refused was not done, so it is made once more, acts too. The SDK has set its clock by the answer,
 * and signs anew.
 */
const SIGNED_AGAIN: ReadonlySet<Sort | undefined> = new Set<Sort>(['signature', 'clock']);

/** Adds the call to an error, since AWS's errors do not name it, nor the missing permission. */
function withCallNotes(thrown: unknown, iamAction: string | undefined, env: Variables): unknown {
  if (!Error.isError(thrown)) return thrown;
  const { $response } = thrown as { readonly $response?: AwsAnswer };
  const offsetMs = $response === undefined ? undefined : clockOffsetMs($response, Date.now());
  const profile = env['AWS_PROFILE'];
  const proxies = proxyNote(env);
  const notes: CallNotes = {
    ...omitUndefined({ iamAction, clockOffsetMs: offsetMs, profile, proxies }),
  };
  return Object.assign(thrown, notes);
}

interface SdkRequest {
  readonly request?: { readonly hostname?: string; readonly port?: number };
}

function hostIn(args: unknown): string {
  const { hostname = '', port } = (args as SdkRequest).request ?? {};
  return port === undefined ? hostname : `${hostname}:${port}`;
}

function errorsOf(args: unknown): (thrown: unknown) => never {
  return (thrown) => {
    throw Error.isError(thrown) ? Object.assign(thrown, { host: hostIn(args) }) : thrown;
  };
}

/** The answer, unless it is a page that something on the way gave in AWS's place. */
function fromAws(result: unknown, args: unknown): unknown {
  const { response } = result as { readonly response: AwsAnswer & { readonly body?: { destroy?(): void } } };
  if (mayBeAws(response)) return result;
  response.body?.destroy?.();
  const $metadata = { httpStatusCode: response.statusCode };
  throw Object.assign(new Error(describeAnswer(response)), { name: 'NotAws', host: hostIn(args), $metadata });
}

interface OptionsFrom {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly identity: object;
  readonly env: Variables;
  readonly purpose: Purpose;
}

function newClient<Client>(constructor: new (config: never) => Client, from: OptionsFrom): Client {
  return speakHttp1(new constructor(optionsOf(from) as never), requestHandlerFor(from.env));
}

function optionsOf({ region, endpoint, identity, env, purpose }: OptionsFrom): object {
  return {
    maxAttempts: purpose === 'act' ? 1 : OBSERVE_TRIES,
    ...omitUndefined({ region }),
    ...identity,
    ...requestHandlerFor(env),
    // A bucket's name is no host below an endpoint of one's own.
    ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false, forcePathStyle: true }),
  };
}
