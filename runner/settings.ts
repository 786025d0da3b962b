import type { OwnerProcess } from './core/cleanup/pending-cleanups.ts';
import type { Environment } from './core/model/project.ts';

/** What the process's environment says, read once. */
export interface Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the AWS SDK sends its calls, when not to AWS itself. */
  readonly endpoint?: string;
  /** Region of the environment, for canaries whose environment names none. */
  readonly region?: string;
  /** Where the Lambda runtime API listens, in a Lambda function. */
  readonly runtimeApi?: string;
  /** Name of the CloudWatch dashboard that messages link to. */
  readonly dashboard?: string;
  /** Who runs, for others who would like to read the same tap: `anna@laptop, process 4711`. */
  readonly owner: string;
  readonly process: OwnerProcess;
}

/** Reads the settings; a setting that cannot be meant is told, all of them at once. */
export function settingsFrom(
  env: Readonly<Record<string, string | undefined>>,
  process: OwnerProcess,
): { readonly settings: Settings; readonly faults: readonly string[] } {
  const endpoint = env['AWS_ENDPOINT_URL'];
  const runtimeApi = env['AWS_LAMBDA_RUNTIME_API'];
  const dashboard = env['COALMINE_DASHBOARD'];
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const faults =
    endpoint !== undefined && !URL.canParse(endpoint)
      ? [`AWS_ENDPOINT_URL is '${endpoint}', which is not a URL.`]
      : [];
  const settings: Settings = {
    env,
    owner: `${process.user}@${process.host}, process ${process.pid}`,
    process,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(runtimeApi === undefined ? {} : { runtimeApi }),
    ...(dashboard === undefined ? {} : { dashboard }),
  };
  return { settings, faults };
}

/**
 * How AWS is reached for what is the runner's own, its state: without the environment's role, which belongs to the account
 * that is watched, and then in the process's own region.
 */
export function ownAwsOptions(
  { endpoint, region }: Settings,
  { role, region: watched }: Environment,
): { readonly endpoint?: string; readonly region?: string } {
  const chosen = role === undefined ? (watched ?? region) : (region ?? watched);
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(chosen === undefined ? {} : { region: chosen }),
  };
}
