import { contradicts, homeOf, locate } from '../../core/aws/location.ts';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';
import { settled } from '../../core/expression/settled.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment, TapDefinition } from '../../core/model/project.ts';
import { asWritten, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';

/** Context of the check of an event source. */
export interface TapsOf {
  readonly vars: Canary['vars'];
  readonly taps: readonly TapDefinition[];
  readonly environments: readonly Environment[];
  readonly place: Place;
}

/** The source of a check in one environment, and its tap. */
interface CoveringTap {
  readonly environment: string;
  readonly address: string;
  readonly tap: TapDefinition | 'none' | 'known by the run alone';
  /** The bus or topic of a tap that has the same name and lies elsewhere. */
  readonly namesake?: string;
}

/** Reports a check whose bus or topic no tap listens to, in each environment that it may run in. */
export function checkTap(step: Exclude<Step, { mode: 'act' }>, of: TapsOf): void {
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
function cannotSelect({ correlate }: Step, { on, ids, pattern }: TapDefinition): boolean {
  if (typeof correlate === 'string') return ids.length === 0;
  return !correlate && pattern === undefined && ('bus' in on || ids.length === 0);
}

function sourceOf(
  key: 'bus' | 'topic',
  written: string,
  environment: Environment,
  { vars, taps }: TapsOf,
): CoveringTap {
  const nameOf = key === 'bus' ? busNameOf : topicNameOf;
  const locateIn = (one: string) =>
    locate(key === 'bus' ? { bus: one } : { topic: one }, homeOf(environment));
  const address = settled(written, environment, { ...environment.vars, ...vars });
  const own = taps.flatMap((tap) => {
    const on = Object.entries(tap.on).find(([one]) => one === key)?.[1];
    return on === undefined ? [] : [{ tap, on: settled(on, environment, environment.vars) }];
  });
  const alike = own.find(({ on }) => on === address || nameOf(on) === nameOf(address));
  const isElsewhere = alike !== undefined && contradicts(locateIn(address), locateIn(alike.on));
  const found = isElsewhere ? undefined : alike;
  const isOpen = isTemplate(address) || own.some(({ on }) => isTemplate(on));
  const tap = found?.tap ?? (isOpen ? 'known by the run alone' : 'none');
  const namesake = isElsewhere ? { namesake: alike.on } : {};
  return { environment: environment.name, address, tap, ...namesake };
}
