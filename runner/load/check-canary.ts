import type { Canary, Step } from '../core/canary.ts';
import { sayDuration } from '../core/duration.ts';
import type { JsonMap } from '../core/json.ts';
import { CLEANUP_MS, longestRunMs } from '../core/longest.ts';
import type { Project } from '../core/project.ts';
import { busNameOf, topicNameOf } from '../core/resource-name.ts';
import { shortestGapMs } from '../core/schedule.ts';
import { fill, isTemplate, mentionsIn } from '../core/template.ts';
import type { Kinds } from './compile-step.ts';
import type { Origin } from './compile-steps.ts';
import type { Report, Span } from './diagnostics.ts';
import { entryOf, headOf } from './reader.ts';
import type { Tree } from './yaml-tree.ts';

/** What a whole canary is checked with. */
export interface WholeOf {
  readonly canary: Canary;
  readonly project: Project;
  readonly kinds: Kinds;
  readonly root: Tree;
  readonly report: Report;
  readonly origins: ReadonlyMap<Step, Origin>;
}

/** Reports what only the whole of a canary can show: whether its time is enough, and whether a tap hears what it waits for. */
export function checkWhole(of: WholeOf): void {
  checkTime(of);
  for (const step of of.canary.steps) checkTap(step, of);
}

function checkTime({ canary, root, report }: WholeOf): void {
  const longestMs = longestRunMs(canary.steps, canary.vars);
  const at = keyAt(root, 'timeout') ?? keyAt(root, 'schedule') ?? keyAt(root, 'steps') ?? root.at;
  if (canary.timeoutMs < longestMs) {
    const message = `the run has ${sayDuration(canary.timeoutMs)}, and its steps can take ${sayDuration(longestMs)}`;
    report.error(at, {
      rule: 'timeout',
      message,
      hint: `write timeout: ${Math.ceil(longestMs / 1_000)}s or more, or shorten what it waits for`,
    });
  }
  if (canary.schedule === undefined || canary.schedule.overlap === 'queue') return;
  const gapMs = shortestGapMs(canary.schedule);
  if (canary.timeoutMs + CLEANUP_MS <= gapMs) return;
  const message = `a run and its cleanup can take ${sayDuration(canary.timeoutMs + CLEANUP_MS)}, longer than the ${sayDuration(gapMs)} between two runs`;
  report.error(at, {
    rule: 'timeout',
    message,
    hint: 'run it less often, shorten it, or write overlap: queue',
  });
}

function checkTap(step: Step, { canary, project, kinds, root, report, origins }: WholeOf): void {
  if (step.mode === 'act' || kinds.nouns[step.kind]?.selects !== 'id') return;
  const key = ['bus', 'topic'].find((one) => typeof step.input[one] === 'string');
  if (key === undefined) return;
  const address = expanded(String(step.input[key]), { ...canary.vars });
  const taps = project.taps.flatMap(({ on }) => (key in on ? [Object.values(on)[0] as string] : []));
  const nameOf = key === 'bus' ? busNameOf : topicNameOf;
  if (taps.some((tap) => tap === address || nameOf(tap) === nameOf(address))) {
    checkOwnId(step, project, { key, address, nameOf, origins, root, report });
    return;
  }
  if (isTemplate(address) || taps.some(isTemplate)) return; // only a run can tell
  const { tree, report: own } = origins.get(step) ?? { tree: root, report };
  const hint = `add to the project file, under taps:  - ${key}: ${address}`;
  own.error(keyAt(tree, key) ?? tree.at, {
    rule: 'tap',
    message: `no tap listens to the ${key} '${address}'`,
    hint,
  });
}

interface OwnId {
  readonly key: string;
  readonly address: string;
  nameOf(address: string): string;
  readonly origins: ReadonlyMap<Step, Origin>;
  readonly root: Tree;
  readonly report: Report;
}

/** A check that correlates by a value of the system's own needs a tap that knows where such values stand. */
function checkOwnId(
  step: Exclude<Step, { mode: 'act' }>,
  project: Project,
  { key, address, nameOf, origins, root, report }: OwnId,
): void {
  if (typeof step.correlate !== 'string') return;
  const tap = project.taps.find(
    ({ on }) => key in on && nameOf(Object.values(on)[0] as string) === nameOf(address),
  );
  if (tap === undefined || tap.ids.length > 0) return;
  const { tree, report: own } = origins.get(step) ?? { tree: root, report };
  const message = `the tap on '${address}' does not say where such values stand`;
  own.error(keyAt(tree, 'correlate') ?? tree.at, {
    rule: 'tap',
    message,
    hint: 'add ids: [detail.orderId] to the tap',
  });
}

/** A text with those vars put in that are texts themselves; the rest is left as it stands. */
function expanded(text: string, vars: JsonMap): string {
  let value = text;
  for (
    let depth = 0;
    depth < 5 && mentionsIn(value).some(({ name }) => typeof vars[name] === 'string');
    depth += 1
  ) {
    value = String(
      fill(value, (mention) =>
        typeof vars[mention.name] === 'string' ? (vars[mention.name] as string) : mention.text,
      ),
    );
  }
  return value;
}

function keyAt(tree: Tree, key: string): Span | undefined {
  return (
    entryOf(tree, key)?.keyAt ?? (tree.sort === 'map' && tree.entries.length === 0 ? headOf(tree) : undefined)
  );
}
