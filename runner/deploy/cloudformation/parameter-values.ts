import { suggestion } from '../../core/base/did-you-mean.ts';
import type { ParameterValue } from './stack-api.ts';

/** A parameter of a template, as far as its values can be checked without CloudFormation. */
export interface TemplateParameter {
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly NoEcho?: boolean;
}

export interface ParameterSources {
  readonly parameters: Readonly<Record<string, TemplateParameter>>;
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
export function parameterValues({ parameters, given, deployed, variables, env }: ParameterSources): {
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
  return { values, faults };
}

/** Parameters that confirm one deployment, and are never kept for the next one. */
const ONCE: ReadonlySet<string> = new Set(['AllowShrink']);

function missingFault(name: string, variable: string, { Description = '' }: TemplateParameter): string {
  const orVariable = variable === '' ? '' : `, or set ${variable}`;
  return `The parameter ${name} has no value. Give it: --parameter ${name}=…${orVariable}. ${Description}`;
}

function valueFault(name: string, value: string, parameter: TemplateParameter): string | undefined {
  const { AllowedPattern, AllowedValues, ConstraintDescription, NoEcho } = parameter;
  const isAllowed =
    (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value)) &&
    (AllowedValues === undefined || AllowedValues.map(String).includes(value));
  if (isAllowed) return undefined;
  const shown = NoEcho === true ? 'Its value' : `'${value}'`;
  const wanted = AllowedValues?.join(', ') ?? ConstraintDescription ?? `a text of the form ${AllowedPattern}`;
  return `${shown} is not allowed for the parameter ${name}. Give ${AllowedValues === undefined ? '' : 'one of '}${wanted}.`;
}
