import type { Section, Value } from '../intrinsics.ts';
import { evaluate, type KnownValues } from './evaluate.ts';

/** The sections of a template that deploy something. */
export interface TemplateSections {
  readonly Parameters?: Readonly<Record<string, Section>>;
  readonly Rules?: Readonly<Record<string, Section>>;
  readonly Conditions?: Readonly<Record<string, Value>>;
  readonly Resources: Readonly<Record<string, Section>>;
}

/**
 * Folds known values into a template. Known parameters and resources are gone from the result, and so are resources whose condition does
 * not hold. A condition, or part of a value, that CloudFormation alone can know stays as it is.
 */
export function foldTemplate(template: TemplateSections, known: KnownValues): Required<TemplateSections> {
  const { Parameters = {}, Rules = {}, Conditions = {}, Resources } = template;
  const scope = { ...DEFAULTS, ...known, conditions: Conditions };
  const isUnknown = ([name]: readonly [string, unknown]): boolean => !Object.hasOwn(known.refs, name);
  const conditions = mapValues(Conditions, (condition) => evaluate(condition, scope));
  const resources = Object.entries(Resources)
    .filter(isUnknown)
    .flatMap(([name, { Condition, ...resource }]) => {
      const holds = Condition === undefined || conditions[String(Condition)];
      if (holds === false) return [];
      const kept = holds === true ? {} : { Condition };
      return [[name, { ...kept, ...mapValues(resource, (part) => evaluate(part, scope)) }] as const];
    });
  return {
    Parameters: Object.fromEntries(Object.entries(Parameters).filter(isUnknown)),
    Rules: mapValues(Rules, (rule) => mapValues(rule, (part) => evaluate(part, scope))),
    Conditions: Object.fromEntries(
      Object.entries(conditions).filter(([, held]) => typeof held !== 'boolean'),
    ),
    Resources: Object.fromEntries(resources),
  };
}

const DEFAULTS: Omit<Required<KnownValues>, 'refs'> = {
  split: (text, delimiter) => text.split(delimiter),
  equals: (left, right) => left === right,
};

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, change(value)]));
}
