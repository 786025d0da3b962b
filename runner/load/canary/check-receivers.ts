import { isForCanaries, queueNameOf } from '../../core/aws/resources/queue.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import { type Kinds, type StepInput } from '../../kinds/kind.ts';
import type { Place } from '../yaml/locations.ts';
import { headSpan } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';

/** The facts by which the receivers of a canary are checked. */
interface ReceiversOf {
  readonly canary: Canary;
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** Warns of an `expect` that receives from a queue into which the canary sends: such a queue usually has a reader of its own. */
export function checkReceivers({ canary, kinds, place }: ReceiversOf): void {
  const filled = new Set<string>();
  for (const step of canary.steps) {
    const input = step.input as StepInput;
    if (step.mode === 'act') {
      const queue = kinds.verbs[step.kind]?.fills?.(input);
      if (queue !== undefined) filled.add(queueNameOf(queue));
      continue;
    }
    const name = queueNameOf(kinds.nouns[step.kind]?.receivesFrom?.(input) ?? '');
    if (step.mode === 'never' || !filled.has(name) || isForCanaries(name)) continue;
    const { tree, report } = place(step);
    report.warning(entryOf(tree, 'queue')?.keyAt ?? headSpan(tree), {
      rule: 'queue',
      message: `this receives from '${name}', into which the canary sends: a function or pipe that reads it and the canary take each other's messages`,
      hint: `look at its counts with expect: queue, at the effect behind it, or name a queue of the canary's own with 'canary'`,
    });
  }
}
