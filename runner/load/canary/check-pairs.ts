import { isForCanaries, queueNameOf } from '../../core/aws/resources/queue.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Kinds, StepInput } from '../../kinds/kind.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';

/** The facts by which acts and the checks below them are compared. */
interface PairsOf {
  readonly canary: Canary;
  readonly kinds: Kinds;
  place(step: Step): Place;
}

interface Fault {
  readonly message: string;
  readonly hint: string;
}

/** Reports checks that do not go with the acts above them: of a connection that none opens, of a queue that one fills. */
export function checkPairs(of: PairsOf): void {
  checkConnections(of);
  checkReceivers(of);
}

/** Reports checks of a connection that no step above opens, two connections of one name, and one that is opened in cleanup. */
function checkConnections(of: PairsOf): void {
  const { canary, kinds } = of;
  const open = new Set<string>();
  const refuse = (step: Step, key: string, fault: Fault): void =>
    report('error', { step, key, rule: 'connection', ...fault }, of);
  for (const step of canary.steps) {
    const opened = openedBy(step, kinds);
    const needed =
      step.mode === 'act' ? undefined : kinds.nouns[step.kind]?.needsOpen?.(step.input as StepInput);
    if (opened !== undefined && open.has(opened))
      refuse(step, 'as', {
        message: `two steps open a connection '${opened}', so the first one would be closed`,
        hint: 'give it a name of its own: as: second',
      });
    if (needed !== undefined && !open.has(needed) && ![...open, needed].some(isTemplate))
      refuse(step, 'connection', unopened(needed, [...open]));
    if (opened !== undefined) open.add(opened);
  }
  for (const step of canary.cleanup)
    if (openedBy(step, kinds) !== undefined)
      refuse(step, step.kind, {
        message: 'a connection that cleanup opens is read by no check',
        hint: 'open it among the steps',
      });
}

function openedBy({ mode, kind, input }: Step, { verbs }: Kinds): string | undefined {
  return mode === 'act' ? verbs[kind]?.opens?.(input as StepInput) : undefined;
}

function unopened(name: string, open: readonly string[]): Fault {
  const meant = didYouMean(name, open);
  const hint =
    meant !== undefined
      ? `did you mean '${meant}'?`
      : open.length > 0
        ? `write connection: ${open.join(' or ')}`
        : 'write a step above that opens it: connect: wss://live.example.com/prod';
  const unnamed = `a connection${open.length > 0 ? ' without a name' : ''}`;
  const called = name === 'default' ? unnamed : `the connection '${name}'`;
  return { message: `no step above opens ${called}`, hint };
}

/** Warns of an `expect` that receives from a queue into which the canary sends: such a queue usually has a reader of its own. */
function checkReceivers(of: PairsOf): void {
  const { canary, kinds } = of;
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
    const message = `this receives from '${name}', into which the canary sends: a function or pipe that reads it and the canary take each other's messages`;
    const hint = `look at its counts with expect: queue, at the effect behind it, or name a queue of the canary's own with 'canary'`;
    report('warning', { step, key: 'queue', rule: 'queue', message, hint }, of);
  }
}

function report(
  severity: 'error' | 'warning',
  { step, key, ...issue }: Fault & { readonly step: Step; readonly key: string; readonly rule: string },
  { place }: PairsOf,
): void {
  const { tree, report: to } = place(step);
  to[severity](entryOf(tree, key)?.keyAt ?? headSpan(tree), issue);
}
