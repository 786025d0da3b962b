import { suggestion } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Section } from '../intrinsics.ts';
import { brokenRequirement, brokenRules, type TemplateParameter } from '../template/parameter-rules.ts';
import type { ParameterValue } from './stack-api.ts';

export interface ParameterSources {
  readonly parameters: Readonly<Record<string, TemplateParameter>>;
  /** Rules of the template, on parameters that belong together. */
  readonly rules: Readonly<Record<string, Section>>;
  /** Values of the command line, each as `NAME=VALUE`. */
  readonly given: readonly string[];
  /** Names of the parameters that the deployed stack has. */
  readonly deployed: readonly string[];
  /** The parameter that each environment variable fills, by the variable. */
  readonly variables: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A value for a parameter, and its source in words. */
export interface ChosenValue extends ParameterValue {
  readonly from: string;
  /** True if the value is not to be printed. */
  readonly hidden: boolean;
}

/**
 * Chooses the value of each parameter: the one of the command line, else that of its environment variable, else the one that the stack has.
 * An empty variable counts as not set. A parameter that holds for one deployment falls back to its default. A parameter with a default may
 * be without a value.
 * @returns with `faults` if one is unknown, missing or wrong: each as state and remedy.
 */
export function parameterValues({ parameters, rules, given, deployed, variables, env }: ParameterSources): {
  readonly values: readonly ChosenValue[];
  readonly faults: readonly string[];
} {
  const names = Object.keys(parameters);
  const pairs = given.map(
    (text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1), text] as const,
  );
  const explicit = new Map(pairs.map(([name, value]) => [name, value]));
  const variableOf = new Map(Object.entries(variables).map(([variable, name]) => [name, variable]));
  const faults = pairs.flatMap(([name, , text]) => {
    if (!text.includes('=')) return [`'${text}' gives no parameter a value. Write --parameter NAME=VALUE.`];
    return names.includes(name)
      ? []
      : [`There is no parameter '${name}'. ${suggestion(name, names, 'parameters')}`];
  });
  const values: ChosenValue[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const variable = variableOf.get(name) ?? '';
    const hidden = parameter.NoEcho === true;
    const known = explicit.get(name) ?? (env[variable] || undefined);
    if (known !== undefined) {
      const fault = valueFault(name, known, parameter);
      if (fault !== undefined) faults.push(fault);
      const from = explicit.has(name) ? '--parameter' : variable;
      values.push({ name, value: known, from, hidden });
    } else if (deployed.includes(name) && ONCE.has(name))
      values.push({ name, value: String(parameter.Default), from: 'default', hidden });
    else if (deployed.includes(name)) values.push({ name, from: 'as deployed', hidden });
    else if (parameter.Default === undefined) faults.push(missingFault(name, variable, parameter));
  }
  return { values, faults: [...faults, ...brokenRules(rules, knownValues(parameters, values))] };
}

/** Parameters that confirm one deployment, and are never kept for the next one. */
const ONCE: ReadonlySet<string> = new Set(['AllowShrink']);

function missingFault(name: string, variable: string, { Description = '' }: TemplateParameter): string {
  const orVariable = variable === '' ? '' : `, or set ${variable}`;
  return `The parameter ${name} has no value. Give it: --parameter ${name}=…${orVariable}. ${Description}`;
}

function valueFault(name: string, value: string, parameter: TemplateParameter): string | undefined {
  const wanted = brokenRequirement(parameter, value);
  if (wanted === undefined) return undefined;
  const shown = parameter.NoEcho === true ? 'Its value' : `'${value}'`;
  return `${shown} is not allowed for the parameter ${name}. Give ${wanted}.`;
}

/** The values that are known before deployment, by the parameter: not those that the stack keeps. */
function knownValues(
  parameters: ParameterSources['parameters'],
  values: readonly ChosenValue[],
): Readonly<Record<string, string | number>> {
  const chosen = new Map(values.map(({ name, value }) => [name, value]));
  return omitUndefined(
    Object.fromEntries(
      Object.entries(parameters).map(([name, { Default }]) => [
        name,
        chosen.has(name) ? chosen.get(name) : Default,
      ]),
    ),
  ) as Readonly<Record<string, string | number>>;
}
