import { omitUndefined } from '../core/base/omit-undefined.ts';
/** A value of a CloudFormation template, intrinsic functions included. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A resource, a parameter, an output: a map. */
export type Section = Readonly<Record<string, Value>>;

export function ref(name: string): Value {
  return { Ref: name };
}

export function att(resource: string, attribute = 'Arn'): Value {
  return { 'Fn::GetAtt': [resource, attribute] };
}

export function sub(text: string): Value {
  return { 'Fn::Sub': text };
}

/** The value if a condition holds, and otherwise nothing. */
export function when(condition: string, value: Value): Value {
  return { 'Fn::If': [condition, value, ref('AWS::NoValue')] };
}

export function allow(action: string | readonly string[], resource: Value, condition?: Value): Section {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...omitUndefined({ Condition: condition }),
  };
}

/** Condition: a parameter is not empty. */
export function isGiven(parameter: string): Value {
  return { 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), ''] }] };
}
