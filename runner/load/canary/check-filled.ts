import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { settled } from '../../core/expression/settled.ts';
import { referencesIn } from '../../core/expression/template.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import type { InputFault, Kinds, StepInput } from '../../kinds/kind.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { placeOf } from '../yaml/tree.ts';

/** Context of the check of filled-in steps. */
export interface FilledOf {
  readonly canary: Canary;
  /** Each with the vars of the canary too. */
  readonly environments: readonly Environment[];
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** Reports the faults that steps have once the vars of an environment are filled in, such as a bad name in a var. */
export function checkFilled(of: FilledOf): void {
  const { canary, environments } = of;
  for (const step of [...canary.steps, ...canary.cleanup]) {
    if (referencesIn(step.input).length === 0) continue;
    const inputs = environments.map(
      (one) => filledBy(step.input, (text) => settled(text, one, one.vars)) as JsonMap,
    );
    const faults = new Map(
      inputs.flatMap((input) => faultsOf(step, input, of)).map((fault) => [fault.message, fault]),
    );
    for (const { message } of faultsOf(step, step.input, of)) faults.delete(message); // reported before
    for (const fault of faults.values()) reportFault(step, fault, of);
  }
}

function faultsOf(step: Step, input: JsonMap, { kinds }: FilledOf): readonly InputFault[] {
  const kind = step.mode === 'act' ? kinds.verbs[step.kind] : kinds.nouns[step.kind];
  const faults = kind?.faults?.(input as StepInput, { correlate: step.correlate, filled: false }) ?? [];
  return faults.filter(({ severity }) => severity !== 'warning');
}

function filledBy(value: Json, fillIn: (text: string) => string): Json {
  if (typeof value === 'string') return fillIn(value);
  if (isJsonList(value)) return value.map((element) => filledBy(element, fillIn));
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filledBy(member, fillIn)]));
}

function reportFault(step: Step, { key, within = [], message, hint }: InputFault, of: FilledOf): void {
  const { tree, report } = of.place(step);
  const head = step.mode === 'act' && key === of.kinds.verbs[step.kind]?.primaryInput ? step.kind : key;
  report.error(placeOf(tree, [head, ...within]).keyAt ?? headSpan(tree), { rule: 'input', message, hint });
}
