import type { JsonMap } from '../../core/base/json.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import { compileSteps, type Origin, type Steps, type StepsContext } from '../step/compile-steps.ts';
import { entryOf } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';
import type { CanaryHead } from './compile.ts';

/** The lists of a canary with their parts put in place. */
interface Lists {
  /** Those under `setup` first, those under `throughout` last. */
  readonly steps: readonly Step[];
  /** As the file has them; {@link actsOf} refuses its checks. */
  readonly cleanup: readonly Step[];
  /** Names that parts bring. */
  readonly vars: JsonMap;
}

/** A list of a canary that holds steps of one mode alone. */
interface ListRule {
  readonly mode: Step['mode'];
  readonly rule: string;
  /** The end of a message, behind the step and the list. */
  readonly because: string;
  hint(step: Step): string;
}

const RULES = {
  cleanup: {
    mode: 'act',
    rule: 'cleanup',
    because: 'in cleanup, where steps only act',
    hint: () => 'move it to steps',
  },
  throughout: {
    mode: 'never',
    rule: 'throughout',
    because: 'under throughout, which says what must never appear',
    hint: ({ mode }) => (mode === 'act' ? 'move it to steps' : 'move it to steps, or write never:'),
  },
} as const satisfies Record<string, ListRule>;

export function compileLists(head: CanaryHead, context: StepsContext): Lists {
  const before = { ...context, prefix: 'setup-', phase: 'setup' } as const;
  const setup = compileList(head.setup, before);
  const steps = compileList(head.steps, context);
  const parallel = { ...context, prefix: 'throughout-', phase: 'throughout' } as const;
  const throughout = compileList(head.throughout, parallel);
  const cleanup = compileList(head.cleanup, { ...context, prefix: 'cleanup-' });
  return {
    steps: [...setup.steps, ...steps.steps, ...neversOf(throughout.steps, context.origins)],
    cleanup: cleanup.steps,
    vars: { ...setup.vars, ...steps.vars, ...throughout.vars, ...cleanup.vars },
  };
}

function compileList(list: Tree | undefined, context: StepsContext): Steps {
  return list === undefined ? { steps: [], vars: {} } : compileSteps(list, context);
}

/** The acts of a cleanup: a check in it would delay them. */
export function actsOf(steps: readonly Step[], origins: ReadonlyMap<Step, Origin>): readonly ActStep[] {
  return only(steps, RULES.cleanup, origins).filter((step) => step.mode === 'act');
}

/** The checks under `throughout`: an act or an `expect` has its place in the order of the steps. */
function neversOf(steps: readonly Step[], origins: ReadonlyMap<Step, Origin>): readonly Step[] {
  return only(steps, RULES.throughout, origins);
}

/** The steps of a list that may stand in it; the others are reported. */
function only(
  steps: readonly Step[],
  { mode, rule, because, hint }: ListRule,
  origins: ReadonlyMap<Step, Origin>,
): readonly Step[] {
  return steps.filter((step) => {
    if (step.mode === mode) return true;
    const origin = origins.get(step);
    const head = step.mode === 'act' ? step.kind : step.mode;
    const at = origin === undefined ? undefined : entryOf(origin.tree, head)?.keyAt;
    if (at !== undefined)
      origin?.report.error(at, { rule, message: `'${head}' ${because}`, hint: hint(step) });
    return false;
  });
}
