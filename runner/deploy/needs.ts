import { SOURCES } from '../adapters/references/table.ts';
import type { Json } from '../core/base/json.ts';
import type { ExternalName } from '../core/expression/reference.ts';
import { externalsIn, transitiveReferencesOf } from '../core/expression/values.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Channel, Environment, Project } from '../core/model/project.ts';
import type { Permission, StepInput } from '../kinds/kind.ts';
import { KINDS } from '../registry.ts';
import { type NamedBy, type Resource, resourceOf } from './resources.ts';
import { type StackParameter, StackParameters } from './stack-parameters.ts';

/** An IAM action, what it is needed on, and what needs it. */
export interface Need {
  readonly action: string;
  readonly on: Resource;
  readonly by: string;
}

/** What a fleet needs of the account that it is deployed to. */
export interface FleetNeeds {
  /** Of the steps of canaries, the values that they read, and the taps that they hear through. */
  readonly canaries: readonly Need[];
  /** Of the channels by which people are told. */
  readonly channels: readonly Need[];
  /** Of reading the addresses of taps, for whoever writes what comes through them. */
  readonly taps: readonly Need[];
  /** What only the account knows, to be given when the stack is deployed. */
  readonly parameters: readonly StackParameter[];
  /** Environment variables that references read, and the parameter that each is filled from. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether a parameter or secret is read, which may be encrypted by a key of somebody's own. */
  readonly readsSecrets: boolean;
}

/** Whose needs are worked out. */
export interface NeedsFor {
  readonly canaries: readonly Canary[];
  readonly project: Project;
  readonly environment: Environment;
  /** True if canaries run without a stack that hears for them. @default false */
  readonly readsTaps?: boolean;
}

/** Works out what a fleet needs, from what its kinds say and its files name. */
export function needsOf({ canaries, project, environment, readsTaps = false }: NeedsFor): FleetNeeds {
  const parameters = new StackParameters();
  const named = (by: string): NamedBy => ({ environment, vars: environment.vars, parameters, by });
  const { role } = environment;
  const tapNames = needsTapNames(project) ? externalsOf(tapAddresses(project), environment) : [];
  const channelNames = project.channels.flatMap((channel) => externalsOf(settledOf(channel), environment));
  const canaryNames = canaries.flatMap((canary) => externalsIn(canary, environment));
  const channels = project.channels.flatMap((channel) =>
    needsOfChannel(channel, named(`channel ${channel.name}`)),
  );
  const taps = needsFor(readsOf(tapNames), named('the taps'));
  const ofCanaries = canaries.flatMap((canary) => needsOfCanary(canary, named(canary.name), readsTaps));
  const becoming = (to: string) =>
    needsFor([{ action: 'sts:AssumeRole', resource: to }], named(`environment ${environment.name}`));
  for (const { scheme, name } of [...canaryNames, ...channelNames, ...tapNames])
    if (scheme === 'env') parameters.valueOf({ scheme, name }, project.name);
  return {
    // What is done as another role is that role's to be allowed.
    canaries: [
      ...(role === undefined ? [...ofCanaries, ...taps] : becoming(role)),
      ...needsFor(probesOf(project), named('the probes of taps')),
    ],
    channels,
    taps: role === undefined ? taps : [...becoming(role)],
    parameters: parameters.all(),
    variables: parameters.variables(),
    readsSecrets: [...canaryNames, ...channelNames, ...tapNames].some(
      ({ scheme }) => scheme === 'ssm' || scheme === 'secret',
    ),
  };
}

/** What a canary's steps need, and the values from outside that they read. */
function needsOfCanary(canary: Canary, named: NamedBy, readsTaps: boolean): readonly Need[] {
  const { environment } = named;
  const of = { ...named, canary, vars: { ...environment.vars, ...canary.vars } };
  const steps = [...canary.steps, ...canary.cleanup].flatMap(({ mode, kind, input }) => {
    const known = mode === 'act' ? KINDS.verbs[kind] : KINDS.nouns[kind];
    const needed = known?.permissions(input as StepInput) ?? [];
    return needed.filter(({ ofTap }) => readsTaps || ofTap !== true);
  });
  return needsFor([...steps, ...readsOf(externalsIn(canary, environment))], of);
}

function needsOfChannel(channel: Channel, named: NamedBy): readonly Need[] {
  const reads = readsOf(externalsOf(settledOf(channel), named.environment));
  const action = TELLING[channel.kind];
  const tells = action === undefined ? [] : [{ action, resource: channel.address }];
  return needsFor([...tells, ...reads], named);
}

/** Channels that are AWS's own; others are told by HTTP. */
const TELLING: Readonly<Partial<Record<Channel['kind'], string>>> = {
  sns: 'sns:Publish',
  eventbridge: 'events:PutEvents',
};

function needsFor(permissions: readonly Permission[], named: NamedBy): readonly Need[] {
  return permissions
    .filter(({ action }) => action !== 'kms:Decrypt') // the key is asked for once, by the parameter SecretsKeyArn
    .map((permission) => ({ action: permission.action, on: resourceOf(permission, named), by: named.by }));
}

function readsOf(names: readonly ExternalName[]): readonly Permission[] {
  return names.flatMap(({ scheme, name }) => {
    if (scheme === 'env') return [];
    const said = SOURCES[scheme].permissions(name);
    return scheme === 'cf'
      ? said.map(({ action }) => ({ action, resource: SOURCES.cf.holderOf(name) }))
      : said;
  });
}

/** What the project file says of a tap is found by its address, so that must be read. */
function needsTapNames({ taps }: Project): boolean {
  return taps.some(({ ids, probe }) => ids.length > 0 || probe);
}

function tapAddresses({ taps }: Project): Json {
  return taps.map(({ on }): Json => ({ ...on }));
}

/** Which buses a stack hears is said when it is deployed, and so is what it may put on them (infra/stack/taps.ts). */
function probesOf({ taps }: Project): readonly Permission[] {
  return taps.flatMap(({ on, probe }) =>
    probe && 'topic' in on ? [{ action: 'sns:Publish', resource: on.topic }] : [],
  );
}

function settledOf({ address, secret, endpoint }: Channel): Json {
  return [address, secret ?? '', endpoint ?? ''];
}

function externalsOf(value: Json, { vars }: Environment): readonly ExternalName[] {
  return transitiveReferencesOf(value, vars).flatMap(({ external }) => external ?? []);
}
