import { addressOf, feedNameOf } from '../core/aws/feed.ts';
import { type AwsLocation, contradicts, formatLocation, locate, locationOf } from '../core/aws/location.ts';
import type { Resource } from '../core/aws/resources/resource.ts';
import * as resources from '../core/aws/resources/table.ts';
import { isJsonMap } from '../core/base/json.ts';
import { scalarText } from '../core/base/numbers.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { isTemplate } from '../core/expression/template.ts';
import type { Step } from '../core/model/canary.ts';
import type { Project, TapDefinition } from '../core/model/project.ts';
import { leaseTableOf } from '../core/taps/lease-table.ts';
import { permissionsOf } from './question/faults.ts';
import type { ConcernedFinding, Finding } from './question/finding.ts';
import type { Stack, Subject, Use } from './question/question.ts';

/** Every resource by the key of steps that names it. */
const RESOURCES: Readonly<Record<string, Resource>> = resources;

/** Resources named by some steps, each once with all of its uses; and findings for the others. */
export interface NamedResources {
  readonly subjects: readonly Subject[];
  readonly others: readonly ConcernedFinding[];
}

/** A canary's name and its steps with their values put in. */
export interface ResolvedSteps {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Taps and stack of the canaries. */
export interface TapCoverage {
  readonly project: Pick<Project, 'name'>;
  readonly taps: readonly TapDefinition[];
  /** The deployed stack in which they run: its taps are its own, and the leases of these are in its table of state. */
  readonly stack?: Pick<Stack, 'taps'>;
  /** Location of canaries, as far as the project file has it. */
  readonly home?: AwsLocation;
}

export function resourcesOf(canaries: readonly ResolvedSteps[], coverage: TapCoverage): NamedResources {
  const all = canaries.flatMap(({ name, steps }) =>
    steps.flatMap((step) => namedBy(step, coverage).map((one) => ({ ...one, uses: [useOf(name, step)] }))),
  );
  const others = all.filter(isUncheckable);
  return {
    subjects: dedupe(all.filter((one) => !isUncheckable(one))),
    others: others.flatMap((one) =>
      one.uses.map((use) => ({ ...formatUncheckable(one, coverage), ...placeOf(use) })),
    ),
  };
}

/** True if no question is possible: its name is not known yet, or its tap is missing. */
function isUncheckable({ about, name, tap }: Subject): boolean {
  return isTemplate(name) || (about === 'tap' && tap === undefined);
}

function formatUncheckable({ about, name, elsewhere }: Subject, { stack }: TapCoverage): Finding {
  if (elsewhere !== undefined)
    return {
      level: 'problem',
      what: `the stack's tap on ${name} listens in ${elsewhere.listens}, and the check is about ${elsewhere.checks}`,
      why: 'The tap reads another bus of the same name, so the check is an error.',
      todo: 'Deploy the stack there, or let a rule forward the events to a bus of the stack and name that one by its ARN.',
    };
  if (isTemplate(name)) {
    const { [about]: { label } = { label: about } } = RESOURCES;
    return { level: 'unchecked', what: `${label} ${name}: its name is not known before a run` };
  }
  return {
    level: 'problem',
    what: `no tap listens to ${name}`,
    why: 'Nothing of what is sent there can be seen.',
    todo:
      stack === undefined
        ? "Add it under 'taps' in coalmine.config.yaml, then make it with 'npx coalmine tap'."
        : 'Add it to the parameter Buses or Topics of the stack, and deploy it again.',
  };
}

/** Merges resources that are named more than once, with all of their uses. */
export function dedupe(subjects: readonly Subject[]): readonly Subject[] {
  const alike = Map.groupBy(subjects, ({ about, name }) => `${about} ${name}`);
  return [...alike.values()].map((some) => ({
    ...(some[0] as Subject),
    uses: some.flatMap(({ uses }) => uses),
  }));
}

export function placeOf({ canary, step }: Use): Pick<ConcernedFinding, 'canary' | 'at'> {
  return { ...omitUndefined({ canary }), ...(step === undefined ? {} : { at: step.at }) };
}

function useOf(canary: string, step: Step): Use {
  return { canary, step, by: `the step '${step.name}'` };
}

type UnusedResource = Omit<Subject, 'uses'>;

/** A step of a setup needs the table of leases, too: inside the stack and outside of it. */
function namedBy(step: Step, coverage: TapCoverage): readonly UnusedResource[] {
  const leases = step.phase === 'setup' ? [leasesOf(coverage)] : [];
  return [...targetsOf(step, coverage), ...leases];
}

function leasesOf({ project }: TapCoverage): UnusedResource {
  return { about: 'leases', name: leaseTableOf(project.name) };
}

function targetsOf(step: Step, coverage: TapCoverage): readonly UnusedResource[] {
  const services = permissionsOf({ step, by: '' }).map(({ action }) => action.split(':')[0]);
  if (services.includes('xray')) return [{ about: 'traces', name: 'X-Ray' }];
  if (services.includes('cloudwatch')) return [{ about: 'metric', name: metricNameOf(step) }];
  const named = Object.keys(RESOURCES).flatMap((about): readonly UnusedResource[] => {
    const name = step.input[about];
    return typeof name === 'string' ? [{ about, name }] : [];
  });
  return step.mode === 'act' ? named : named.flatMap((one) => sourcesOf(one, coverage));
}

/** A tapped source exists if its tap does, which is read under a lease. A queue is read as it is. */
function sourcesOf(one: UnusedResource, coverage: TapCoverage): readonly UnusedResource[] {
  const { taps, stack, home = {} } = coverage;
  if (one.about !== 'bus' && one.about !== 'topic') return [one];
  const asked = one.about === 'bus' ? { bus: one.name } : { topic: one.name };
  const name = feedNameOf(asked);
  const covers = (on: TapDefinition['on']): boolean =>
    feedNameOf(on) === name && !contradicts(locationOf(one.name), locationOf(addressOf(on)));
  const deployed = stack?.taps.find(({ on }) => covers(on));
  const defined = taps.find(({ on }) => covers(on));
  const tap =
    stack === undefined ? defined : deployed && { ids: [], probe: false, ...defined, on: deployed.on };
  const checked = locate(asked, home);
  const listens = deployed === undefined ? {} : locate(deployed.on, locationOf(deployed.filler));
  if (contradicts(checked, listens))
    return [
      {
        about: 'tap',
        name,
        elsewhere: { listens: formatLocation(listens), checks: formatLocation(checked) },
      },
    ];
  const leases = stack === undefined ? [leasesOf(coverage)] : [];
  if (tap === undefined) return [{ about: 'tap', name: isTemplate(one.name) ? one.name : name }];
  return [
    { about: one.about, name: addressOf(tap.on) },
    { about: 'tap', name, tap, ...omitUndefined({ deployed }) },
    ...leases,
  ];
}

function metricNameOf({ input }: Step): string {
  const { namespace, metricName, dimensions = {} } = input;
  const dimensionTexts = isJsonMap(dimensions)
    ? Object.entries(dimensions).map(([key, value]) => `${key}=${scalarText(value)}`)
    : [];
  return [namespace, metricName, ...dimensionTexts].map(String).join(' ');
}
