import { contradicts, homeOf, locate } from '../../core/aws/location.ts';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';
import { settled } from '../../core/expression/settled.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment, Project, TapDefinition } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { asWritten, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';

type CheckStep = Exclude<Step, { mode: 'act' }>;

/** Context of the check of event sources. */
export interface TapsOf {
  readonly canary: Canary;
  readonly project: Project;
  /** Each with the vars of the canary too. */
  readonly environments: readonly Environment[];
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** A tap, and its bus or topic in one environment. */
interface TapAddress {
  readonly tap: TapDefinition;
  readonly key: string;
  readonly on: string;
}

/** The source of a check in one environment, and its tap. */
interface CoveringTap {
  readonly environment: string;
  readonly address: string;
  readonly tap: TapDefinition | 'none' | 'known by the run alone';
  /** The bus or topic of a tap that has the same name and lies elsewhere. */
  readonly namesake?: string;
}

/** Reports checks whose bus or topic no tap listens to, in each environment that they may run in. */
export function checkTaps({ canary, project, environments, kinds, place }: TapsOf): void {
  const checks = canary.steps.filter(
    (step): step is CheckStep => step.mode !== 'act' && Object.hasOwn(kinds.nouns, step.kind),
  );
  if (checks.length === 0) return;
  const taps = new Map(project.environments.map((one) => [one.name, tapAddresses(project.taps, one)]));
  for (const check of checks) checkTap(check, { environments, taps, place: place(check) });
}

function tapAddresses(taps: readonly TapDefinition[], environment: Environment): readonly TapAddress[] {
  return taps.flatMap((tap) =>
    Object.entries(tap.on).map(([key, on]) => ({
      tap,
      key,
      on: settled(on, environment, environment.vars),
    })),
  );
}

interface CheckOf extends Pick<TapsOf, 'environments'> {
  readonly place: Place;
  /** By the name of the environment. */
  readonly taps: ReadonlyMap<string, readonly TapAddress[]>;
}

function checkTap(step: CheckStep, of: CheckOf): void {
  const { environments, place } = of;
  const key = (['bus', 'topic'] as const).find((one) => typeof step.input[one] === 'string');
  if (key === undefined) return;
  const written = String(step.input[key]);
  const covering = environments.map((environment) => sourceOf(key, written, environment, of));
  const at = entryOf(place.tree, key)?.keyAt ?? place.tree.at;
  const untapped = covering.filter(({ tap }) => tap === 'none');
  const [first] = untapped;
  if (first !== undefined) {
    const everywhere = untapped.length === environments.length;
    const where = everywhere
      ? ''
      : ` in the environment '${untapped.map((one) => one.environment).join("', '")}'`;
    const same = covering.every(({ address }) => address === first.address);
    place.report.error(at, {
      rule: 'tap',
      message: `no tap listens to the ${key} '${first.address}'${where}`,
      hint:
        first.namesake === undefined
          ? `add to the project file, under taps:  - ${key}: ${same ? first.address : asWritten(written)}`
          : `'${first.namesake}' has that name, and lies in another region or account: write the same ARN in both`,
    });
    return;
  }
  const unfit = covering.find(({ tap }) => typeof tap === 'object' && cannotSelect(step, tap));
  if (unfit === undefined) return;
  const { address } = unfit;
  const fault =
    step.correlate === false
      ? {
          message: `the tap on '${address}' has no pattern, so it does not let all traffic through`,
          hint: `add to the tap what this check has to see, such as pattern: ${key === 'bus' ? '{ source: [shop] }' : '{ kind: [order] }'}`,
        }
      : {
          message: `the tap on '${address}' does not say where such values stand`,
          hint: `add ids: [${key === 'bus' ? 'detail' : 'body'}.orderId] to the tap`,
        };
  place.report.error(entryOf(place.tree, 'correlate')?.keyAt ?? place.tree.at, { rule: 'tap', ...fault });
}

/**
 * True if not all things that a check selects come out of the tap, or can be found in it. Without a pattern, a tap lets all through only
 * over a topic, if it has ids (adapters/taps/tap-pattern.ts).
 */
function cannotSelect({ correlate }: CheckStep, { on, ids, pattern }: TapDefinition): boolean {
  if (typeof correlate === 'string') return ids.length === 0;
  return !correlate && pattern === undefined && ('bus' in on || ids.length === 0);
}

function sourceOf(
  key: 'bus' | 'topic',
  written: string,
  environment: Environment,
  { taps }: Pick<CheckOf, 'taps'>,
): CoveringTap {
  const nameOf = key === 'bus' ? busNameOf : topicNameOf;
  const locateIn = (one: string) =>
    locate(key === 'bus' ? { bus: one } : { topic: one }, homeOf(environment));
  const address = settled(written, environment, environment.vars);
  const own = (taps.get(environment.name) ?? []).filter((one) => one.key === key);
  const alike = own.find(({ on }) => on === address || nameOf(on) === nameOf(address));
  const isElsewhere = alike !== undefined && contradicts(locateIn(address), locateIn(alike.on));
  const found = isElsewhere ? undefined : alike;
  const isOpen = isTemplate(address) || own.some(({ on }) => isTemplate(on));
  const tap = found?.tap ?? (isOpen ? 'known by the run alone' : 'none');
  const namesake = isElsewhere ? { namesake: alike.on } : {};
  return { environment: environment.name, address, tap, ...namesake };
}
