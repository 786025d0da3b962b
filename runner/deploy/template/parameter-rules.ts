import type { Section } from '../intrinsics.ts';
import { foldTemplate } from './fold.ts';

/** A parameter of a template, as far as its values can be checked without CloudFormation. */
export interface TemplateParameter {
  readonly Type?: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly NoEcho?: boolean;
}

/**
 * The requirement of a parameter that a value does not meet: `one of off, on`, or `a number from 1 to 100`. Values are compared as texts,
 * and a pattern is one of the whole text, as in CloudFormation.
 */
export function brokenRequirement(parameter: TemplateParameter, value: string | number): string | undefined {
  const { Type, AllowedPattern, AllowedValues, ConstraintDescription } = parameter;
  const text = String(value);
  if (AllowedValues?.map(String).includes(text) === false) return `one of ${AllowedValues.join(', ')}`;
  if (Type === 'Number' && !isNumberIn(text, parameter)) return rangeOf(parameter);
  if (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(text)) return undefined;
  return ConstraintDescription ?? `a text of the form ${AllowedPattern}`;
}

function isNumberIn(text: string, { MinValue = -Infinity, MaxValue = Infinity }: TemplateParameter): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text) && Number(text) >= MinValue && Number(text) <= MaxValue;
}

function rangeOf({ MinValue, MaxValue }: TemplateParameter): string {
  return MinValue === undefined ? 'a number' : `a number from ${MinValue} to ${MaxValue}`;
}

/** The rules of a template that known values of its parameters break, each by its description. */
export function brokenRules(
  rules: Readonly<Record<string, Section>>,
  refs: Readonly<Record<string, string | number>>,
): readonly string[] {
  const { Rules } = foldTemplate({ Rules: rules, Resources: {} }, { refs });
  return Object.values(Rules).flatMap(({ Assertions }) =>
    (Assertions as readonly Section[]).flatMap(({ Assert, AssertDescription }) =>
      Assert === false ? String(AssertDescription) : [],
    ),
  );
}
