import { omitUndefined } from './core/base/omit-undefined.ts';
import type { OwnerProcess } from './core/cleanup/pending-cleanups.ts';
import type { Environment } from './core/model/project.ts';
import { type ProxyFor, proxiesIn } from './core/network/proxies.ts';

/** Settings of the process's environment, read once. */
export interface Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Endpoint of the AWS SDK, if not AWS itself. */
  readonly endpoint?: string;
  /** Region of the environment, for canaries whose environment names none. */
  readonly region?: string;
  /** Address of the Lambda runtime API, in a Lambda function. */
  readonly runtimeApi?: string;
  /** Finds the proxy of an origin, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly proxyFor: ProxyFor;
  /** Name of the CloudWatch dashboard that messages link to. */
  readonly dashboard?: string;
  /** Owner of leases, for messages to other processes: `anna@laptop, process 4711`. */
  readonly owner: string;
  readonly process: OwnerProcess;
}

/** The region of an environment; undefined if its variables are empty or not set. */
export function regionIn(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
}

/** Reads the settings; reports all invalid ones at once. An empty variable counts as not set. */
export function settingsFrom(
  env: Readonly<Record<string, string | undefined>>,
  process: OwnerProcess,
): { readonly settings: Settings; readonly faults: readonly string[] } {
  const valueOf = (name: string): string | undefined => env[name] || undefined;
  const endpoint = valueOf('AWS_ENDPOINT_URL');
  const runtimeApi = valueOf('AWS_LAMBDA_RUNTIME_API');
  const dashboard = valueOf('COALMINE_DASHBOARD');
  const region = regionIn(env);
  const faults =
    endpoint !== undefined && !URL.canParse(endpoint)
      ? [`AWS_ENDPOINT_URL is '${endpoint}', which is not a URL.`]
      : [];
  const settings: Settings = {
    env,
    proxyFor: proxiesIn(env),
    owner: `${process.user}@${process.host}, process ${process.pid}`,
    process,
    ...omitUndefined({ endpoint, region, runtimeApi, dashboard }),
  };
  return { settings, faults };
}

/**
 * AWS options for the runner's own resources, its state: without the environment's role, which belongs to the watched account, and in the
 * process's own region.
 */
export function ownAwsOptions(
  { endpoint, region, env }: Settings,
  { role, region: watched }: Environment,
): { readonly env: Settings['env']; readonly endpoint?: string; readonly region?: string } {
  const chosen = role === undefined ? (watched ?? region) : (region ?? watched);
  return { env, ...omitUndefined({ endpoint, region: chosen }) };
}
