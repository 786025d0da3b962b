import { feedNameOf } from '../../core/aws/feed.ts';
import { logGroupNameOf } from '../../core/aws/resources/log-group.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Step } from '../../core/model/canary.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import type { SourceName, SourceReading } from '../../core/trace/trace.ts';

/** Resources in which a series of events leaves marks. */
export interface TracedResources {
  /** Names or ARNs of log groups. */
  readonly logGroups: readonly string[];
  /** ARNs of state machines. */
  readonly stateMachines: readonly string[];
  /** Taps and watched queues, as the journal names them. */
  readonly feeds: readonly string[];
  /** Resources whose names only a run knows, or could not be read. */
  readonly unknown: readonly Pick<SourceReading, 'source' | 'about'>[];
}

/** The resources that steps and taps name, and further log groups. */
export function tracedResources(
  steps: readonly Step[],
  taps: readonly TapDefinition[],
  logGroups: readonly string[],
): TracedResources {
  const named = (key: string): readonly string[] =>
    steps.flatMap(({ input }) => (typeof input[key] === 'string' ? [input[key]] : []));
  const groups = distinct([...named('logGroup').map(logGroupNameOf), ...logGroups]);
  const machines = distinct(named('stateMachine'));
  const queues = steps.flatMap(({ mode, kind, input: { queue } }) =>
    mode !== 'act' && kind === 'message' && typeof queue === 'string' ? [queue] : [],
  );
  const addresses = taps.map(({ on }) => ('bus' in on ? on.bus : on.topic));
  const known = (names: readonly string[]): readonly string[] => names.filter((name) => !isTemplate(name));
  return {
    logGroups: known(groups),
    stateMachines: known(machines),
    feeds: distinct([
      ...taps.flatMap(({ on }, at) => (isTemplate(addresses[at] as string) ? [] : [feedNameOf(on)])),
      ...known(queues).map((queue) => `queue ${queueNameOf(queue)}`),
    ]),
    unknown: [
      ...unknownAmong('logs', 'log group', groups),
      ...unknownAmong('executions', 'state machine', machines),
      ...unknownAmong('journal', 'the journal of', [...queues, ...addresses]),
    ],
  };
}

function unknownAmong(
  source: SourceName,
  label: string,
  names: readonly string[],
): TracedResources['unknown'] {
  return distinct(names)
    .filter(isTemplate)
    .map((name) => ({ source, about: `${label} ${name}` }));
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
