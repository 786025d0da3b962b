import { suggestion } from '../core/base/did-you-mean.ts';
import { formatDuration } from '../core/base/duration.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import { CLEANUP_MS } from '../core/cleanup/pending-cleanups.ts';
import { externalsIn, externalsInSettled } from '../core/expression/values.ts';
import {
  type Fleet,
  needsDefaultChannel,
  type ScheduledCanary,
  STACK_TOPIC,
  scheduledIn,
  withDefaultChannel,
} from '../engine/fleet-context.ts';
import type { LoadedCanary } from '../load/index.ts';
import { stackPlaceOf } from './stack-place.ts';

/** Time limit of a worker function: Lambda's longest (Lambda developer guide, "Configure Lambda function timeout"). */
export const WORKER_SECONDS = 900;

/** Reserve of a worker for storing results and sending notices, and the time of its start. */
const OVERHEAD_MS = 10_000;

/** A fleet that can be deployed, or why none can, each in a sentence. */
export type DeployableFleet = { readonly fleet: Fleet } | { readonly faults: readonly string[] };

/**
 * The canaries that are deployed: those of one project that have a schedule. The environment is the named one, or the only one in
 * which any has a schedule. The others are left out.
 */
export function fleetOf(loaded: readonly LoadedCanary[], environment: string | undefined): DeployableFleet {
  const projects = new Map(loaded.map(({ project, projectFile = '' }) => [projectFile, project]));
  const all = [...projects].flatMap(([file, project]) =>
    project.environments.map((one): Fleet => {
      const own = loaded.filter(({ projectFile = '' }) => projectFile === file);
      const canaries = scheduledIn(
        own.map(({ canary }) => canary),
        one,
      );
      return { project, environment: one, canaries };
    }),
  );
  const candidates = all.filter(
    (fleet) =>
      fleet.canaries.length > 0 && (environment === undefined || fleet.environment.name === environment),
  );
  const [fleet] = candidates;
  if (fleet === undefined) return { faults: [nothing(all, environment)] };
  if (candidates.length > 1) return { faults: [several(candidates)] };
  const faults = [
    ...fleet.canaries.flatMap((canary) => faultsOf(canary)),
    ...weakSecrets(fleet),
    ...stackPlaceOf(fleet).faults,
  ];
  if (faults.length > 0) return { faults };
  return { fleet: needsDefaultChannel(fleet) ? withDefaultChannel(fleet, STACK_TOPIC) : fleet };
}

function nothing(all: readonly Fleet[], wanted: string | undefined): string {
  if (wanted === undefined)
    return "No canary has a schedule, so there is nothing to deploy. Give one a 'schedule'.";
  const names = [...new Set(all.map(({ environment }) => environment.name))];
  if (names.includes(wanted)) return `No canary with a schedule runs in the environment '${wanted}'.`;
  return `There is no environment '${wanted}'. ${suggestion(wanted, names, 'environments')}`;
}

function several(candidates: readonly Fleet[]): string {
  const named = candidates.map(({ project, environment }) => `${project.name} in ${environment.name}`);
  return (
    `A stack watches over one project in one environment, and there are ${named.join(', ')}. ` +
    'Name the environment with --env, and the project by a folder of its canaries. In a clone, npm run generate takes both from ' +
    'COALMINE_ENV and COALMINE_CANARIES.'
  );
}

function faultsOf({ name, source, timeoutMs, alert: { confirmMs } }: ScheduledCanary): readonly string[] {
  const once = timeoutMs + CLEANUP_MS;
  const longestMs = (confirmMs === undefined ? once : 2 * once + confirmMs) + OVERHEAD_MS;
  if (longestMs <= WORKER_SECONDS * 1_000) return [];
  const why = confirmMs === undefined ? '' : ', made twice to confirm a failure,';
  return [
    `${source}: a run of ${name}${why} can take ${formatDuration(longestMs)}, and a worker has ${formatDuration(WORKER_SECONDS * 1_000)}. Give it a shorter 'timeout'.`,
  ];
}

/** A function's environment is visible to everybody with read access to the function. */
function weakSecrets({ canaries, project, environment }: Fleet): readonly string[] {
  const channels = project.channels.map(({ address, options }): Json => [address, options as JsonMap]);
  const read = [
    ...canaries.flatMap((canary) => externalsIn(canary, environment)),
    ...externalsInSettled([...channels, ...project.reporters], environment),
  ];
  const named = new Set(read.flatMap(({ scheme, name }) => (scheme === 'env' ? name : [])));
  return project.secrets
    .filter((name) => named.has(name))
    .map(
      (name) =>
        `\${env:${name}} is a secret, and a function's environment is no place for one. Use \${secret:…} or \${ssm:…} in ${environment.name}.`,
    );
}
