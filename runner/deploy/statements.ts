import { allow, type Section, sub, type Value } from './intrinsics.ts';
import type { Need } from './needs.ts';
import type { Resource } from './resources.ts';

/** Needs as statements: actions that are needed on the same things stand together. */
export function statementsOf(needs: readonly Pick<Need, 'action' | 'on'>[]): readonly Section[] {
  const byAction = Map.groupBy(needs, ({ action }) => action);
  const granted = [...byAction].map(([action, some]) => {
    const distinct = new Map(some.map(({ on }) => [JSON.stringify(on), resourceValue(on)]));
    const keys = [...distinct.keys()].toSorted();
    return { action, on: keys.map((key) => distinct.get(key) as Value), key: keys.join() };
  });
  return [...Map.groupBy(granted, ({ key }) => key).values()].map((alike) => {
    const [{ on }] = alike as [(typeof alike)[0]];
    const actions = alike.map(({ action }) => action).toSorted();
    return allow(one(actions), one(on));
  });
}

/** A list of one is written as the one. */
function one<Thing>(things: readonly Thing[]): Thing | readonly Thing[] {
  const [first] = things;
  return first !== undefined && things.length === 1 ? first : things;
}

/** The resource of an action, in CloudFormation's form. */
export function resourceValue({ arn, ifName, instead }: Resource): Value {
  const [was = '', is = ''] = instead ?? [];
  const whole = text(arn);
  const isArn = instead === undefined ? whole : { 'Fn::Join': [is, { 'Fn::Split': [was, whole] }] };
  return ifName === undefined
    ? isArn
    : { 'Fn::If': [conditionOf(ifName.parameter), isArn, text(ifName.arn)] };
}

/** `Fn::Sub`, if there is something to substitute. */
function text(template: string): Value {
  return template.includes('${') ? sub(template) : template;
}

/** The name of the condition under which a parameter's value is an ARN. */
export function conditionOf(parameter: string): string {
  return `${parameter}IsArn`;
}
