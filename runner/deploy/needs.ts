import { CHANGE_SOURCES } from '../adapters/changes/sources.ts';
import { SOURCES } from '../adapters/references/sources.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import { hasSetup } from '../core/cleanup/time-budget.ts';
import { changeablesOf } from '../core/compare/changeable.ts';
import type { ExternalName } from '../core/expression/reference.ts';
import { externalsIn, externalsInSettled } from '../core/expression/values.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Channel } from '../core/model/channel.ts';
import type { Environment, Project } from '../core/model/project.ts';
import { leasePermissionsOf } from '../core/taps/lease-table.ts';
import type { Permission, StepInput } from '../kinds/kind.ts';
import { KINDS } from '../registry.ts';
import { isKnownBefore, type NamedBy, type Resource, resourceOf } from './resources.ts';
import { type StackParameter, StackParameters } from './stack-parameters.ts';

/** An IAM action, its resource, and its user. */
export interface Need {
  readonly action: string;
  readonly on: Resource;
  readonly by: string;
}

export interface FleetNeeds {
  /** Permissions of the steps of canaries, of their values from outside, and of their taps. */
  readonly canaries: readonly Need[];
  /** Optional permissions to read what changed before an incident: without them, that is reported as unknown. */
  readonly changes: readonly Need[];
  /** Permissions of channels and of reporters, for the functions that notify and report. */
  readonly channels: readonly Need[];
  /** Permissions to read the addresses of taps, for the function that writes their messages. */
  readonly taps: readonly Need[];
  /** Values that only the account knows, to be given at deployment. */
  readonly parameters: readonly StackParameter[];
  /** Environment variables that references read, and the parameter that each is filled from. */
  readonly variables: Readonly<Record<string, string>>;
  /** True if a parameter or secret is read, which may be encrypted by a customer's key. */
  readonly readsSecrets: boolean;
}

/** Input of the calculation. */
export interface NeedsFor {
  readonly canaries: readonly Canary[];
  readonly project: Project;
  readonly environment: Environment;
  /** True if canaries run without a stack that reads their taps. @default false */
  readonly readsTaps?: boolean;
}

/** Derives the needs of a fleet from its kinds and its files. */
export function needsOf({ canaries, project, environment, readsTaps = false }: NeedsFor): FleetNeeds {
  const parameters = new StackParameters();
  const named = (by: string): NamedBy => ({ environment, vars: environment.vars, parameters, by });
  const { role } = environment;
  const tapNames = needsTapNames(project) ? externalsInSettled(tapAddresses(project), environment) : [];
  const channelNames = project.channels.flatMap((channel) =>
    externalsInSettled(settledOf(channel), environment),
  );
  const reporterNames = externalsInSettled(project.reporters, environment);
  const canaryNames = canaries.flatMap((canary) => externalsIn(canary, environment));
  const channels = project.channels.flatMap((channel) =>
    needsOfChannel(channel, named(`channel ${channel.name}`)),
  );
  const reporters = needsFor(readsOf(reporterNames), named('the reporters'));
  const taps = needsFor(readsOf(tapNames), named('the taps'));
  const ofCanaries = canaries.flatMap((canary) =>
    needsOfCanary(canary, named(canary.name), { project, readsTaps }),
  );
  const changes = canaries.flatMap((canary) => needsOfChanges(canary, named(canary.name)));
  const becoming = (to: string) =>
    needsFor([{ action: 'sts:AssumeRole', resource: to }], named(`environment ${environment.name}`));
  const names = [...canaryNames, ...channelNames, ...reporterNames, ...tapNames];
  for (const { scheme, name } of names)
    if (scheme === 'env') parameters.valueOf({ scheme, name }, project.name);
  return {
    // Actions under another role are permissions of that role.
    canaries: [
      ...(role === undefined ? [...ofCanaries, ...taps] : becoming(role)),
      ...needsFor(probesOf(project), named('the probes of taps')),
    ],
    changes: role === undefined ? changes : [],
    channels: [...channels, ...reporters],
    taps: role === undefined ? taps : [...becoming(role)],
    parameters: parameters.all(),
    variables: parameters.variables(),
    readsSecrets: names.some(({ scheme }) => scheme === 'ssm' || scheme === 'secret'),
  };
}

/** Permissions of a canary's steps, and of the values from outside that they read. */
function needsOfCanary(
  canary: Canary,
  named: NamedBy,
  { project, readsTaps }: { readonly project: Project; readonly readsTaps: boolean },
): readonly Need[] {
  const { environment } = named;
  const of = { ...named, canary, vars: { ...environment.vars, ...canary.vars } };
  const steps = [...canary.steps, ...canary.cleanup].flatMap(({ mode, kind, input }) => {
    const known = mode === 'act' ? KINDS.verbs[kind] : KINDS.nouns[kind];
    const needed = known?.permissions(input as StepInput) ?? [];
    return needed.filter(({ ofTap }) => readsTaps || ofTap !== true);
  });
  const leases = hasSetup(canary.steps) ? leasePermissionsOf(project.name) : [];
  return needsFor([...steps, ...leases, ...readsOf(externalsIn(canary, environment))], of);
}

/** Optional permissions to read what changed before an incident. A name that only a run knows would need a parameter, so it gets none. */
function needsOfChanges(canary: Canary, named: NamedBy): readonly Need[] {
  const { environment } = named;
  const of = { ...named, canary, vars: { ...environment.vars, ...canary.vars } };
  const known = changeablesOf(canary, environment).filter(({ address }) => isKnownBefore(address, of));
  const permissions = known.map(({ type, address }) => ({
    action: CHANGE_SOURCES[type].action,
    resource: address,
  }));
  return needsFor(permissions, of);
}

function needsOfChannel(channel: Channel, named: NamedBy): readonly Need[] {
  const reads = readsOf(externalsInSettled(settledOf(channel), named.environment));
  const reach = KINDS.channels[channel.kind]?.reach;
  const notifies = reach?.by === 'aws' ? [{ action: reach.action, resource: channel.address }] : [];
  return needsFor([...notifies, ...reads], named);
}

function needsFor(permissions: readonly Permission[], named: NamedBy): readonly Need[] {
  return permissions
    .filter(({ action }) => action !== 'kms:Decrypt') // the parameter SecretsKeyArn stands for the key of all
    .map((permission) => ({ action: permission.action, on: resourceOf(permission, named), by: named.by }));
}

function readsOf(names: readonly ExternalName[]): readonly Permission[] {
  return names.flatMap(({ scheme, name }) => {
    if (scheme === 'env') return [];
    return SOURCES[scheme]
      .permissions(name)
      .map(({ action, resource, on = resource }) => ({ action, resource: on }));
  });
}

/** The settings of a tap in the project file are found by its address, which must be read for that. */
function needsTapNames({ taps }: Project): boolean {
  return taps.some(({ ids, probe }) => ids.length > 0 || probe);
}

function tapAddresses({ taps }: Project): Json {
  return taps.map(({ on }): Json => ({ ...on }));
}

/** The buses of a stack, and its permission to put events on them, are chosen at deployment (infra/stack/taps.ts). */
function probesOf({ taps }: Project): readonly Permission[] {
  return taps.flatMap(({ on, probe }) =>
    probe && 'topic' in on ? [{ action: 'sns:Publish', resource: on.topic }] : [],
  );
}

function settledOf({ address, options }: Channel): Json {
  return [address, options as JsonMap];
}
