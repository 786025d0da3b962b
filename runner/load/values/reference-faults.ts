import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json } from '../../core/base/json.ts';
import { scalarText } from '../../core/base/numbers.ts';
import { rootHint } from '../../core/expression/foreign-names.ts';
import { isGenerator } from '../../core/expression/generators.ts';
import { referenceFault, unlistedFault } from '../../core/expression/reference-faults.ts';
import { nameOfType, type Reference, referencesIn, writtenName } from '../../core/expression/template.ts';
import { BUILT_IN, BUILT_IN_NAMES } from '../../core/expression/values.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import type { Issue } from '../yaml/diagnostics.ts';
import { MOST_SUGGESTIONS } from '../yaml/limits.ts';
import { asWritten } from '../yaml/locations.ts';
import { isSuppressed, type SuppressedNames, scopeOf } from '../yaml/suppressed-errors.ts';
import { type RespelledNumber, respeltFault } from './spelling.ts';

/** The names that a `${…}` may mention. */
export interface Names {
  /** Names with one value in all environments: vars, and saved values. */
  readonly own: ReadonlySet<string>;
  readonly vars: Canary['vars'];
  readonly environments: readonly Environment[];
  /** The project, whose lists of environment variables say which may be read. */
  readonly listed: Pick<Project, 'env' | 'secrets'>;
  readonly suppressed: SuppressedNames | undefined;
  /** The number that a name stands for, if it becomes other text than was written; undefined for any other value. */
  respelt(mention: Reference): RespelledNumber | undefined;
  /** Remedies for a name without a near match, and for one that only some environments have. */
  readonly hints: { readonly nowhere: string; readonly elsewhere: string };
}

/** A mention that can have no value, and why. */
export interface ReferenceFault {
  readonly mention: Reference;
  readonly fault: Issue;
}

/** The names of a canary, those saved by its steps included. */
export function namesOf({
  canary: { vars, steps, cleanup },
  environments,
  listed,
  suppressed,
  respelt,
}: {
  readonly canary: Pick<Canary, 'steps' | 'cleanup' | 'vars'>;
} & Pick<Names, 'environments' | 'listed' | 'suppressed' | 'respelt'>): Names {
  const saves = [...steps, ...cleanup].flatMap((step: Step) => Object.keys(step.save));
  const hints = {
    nowhere: 'define it under vars, or save it in a step above',
    elsewhere: 'add it there, or keep the canary out of it with only',
  };
  return {
    own: new Set([...Object.keys(vars), ...saves]),
    vars,
    environments,
    listed,
    suppressed,
    respelt,
    hints,
  };
}

/**
 * Finds mentions in texts that can have no value; `isSent` for a text that is sent as text. It limits the number of suggestions, which take
 * time.
 */
export function mentionFaults(names: Names): (text: string, isSent?: boolean) => readonly ReferenceFault[] {
  const suggest = suggesting(names);
  return (text, isSent = false) => {
    const found = referencesIn(text).flatMap((mention) => {
      const keepsType = mention.text === text && !isSent;
      const fault =
        faultOf(mention, names, suggest) ??
        valueFault(mention, keepsType, names) ??
        (keepsType ? undefined : spellingFault(mention, names));
      return fault === undefined ? [] : [{ mention, fault }];
    });
    return onceEach(found);
  };
}

/** One fault of a reference and of those in its name: that of a misspelt built-in name of the environment, else that of the whole. */
export function onceEach(found: readonly ReferenceFault[]): readonly ReferenceFault[] {
  return found.filter(({ mention }) => {
    if (mention.name === 'env') return true;
    return !found.some(
      (other) =>
        isInside(mention, other.mention) ||
        (other.mention.name === 'env' && isInside(other.mention, mention)),
    );
  });
}

function isInside(one: Reference, { offset, text }: Reference): boolean {
  return one.offset > offset && one.offset < offset + text.length;
}

function faultOf(
  mention: Reference,
  { own, environments, listed, suppressed, hints }: Names,
  suggest: (name: string) => string | undefined,
): Issue | undefined {
  const { external, name, path } = mention;
  const written = asWritten(mention.text);
  if (external !== undefined) {
    const fault = referenceFault(external) ?? unlistedFault(external, listed);
    return fault === undefined ? undefined : { rule: 'reference', ...fault };
  }
  if (BUILT_IN.has(name)) return builtInFault(written, [name, ...path].join('.'), environments);
  if (own.has(name)) return undefined;
  const lacking = environments.filter(({ vars }) => !Object.hasOwn(vars, name));
  if (lacking.length === 0 || suppressed === undefined || isSuppressed(name, suppressed)) return undefined;
  if (lacking.length < environments.length) {
    const message = `${written} is not defined in ${environmentNames(lacking)}`;
    return { rule: 'name', message, hint: hints.elsewhere };
  }
  const meant = suggest(name);
  const hint =
    rootHint([writtenName(name), ...path].map(String)) ??
    (meant === undefined
      ? (variableHint(writtenName(name), listed) ?? nowhere(name, own, hints))
      : `did you mean \${${meant}}?`);
  return { rule: 'name', message: `${written} is not defined here`, hint };
}

/** The remedy for a name in capitals, which other tools read from the environment. */
function variableHint(name: string, listed: Names['listed']): string | undefined {
  if (!/^[A-Z][A-Z\d_]+$/.test(name)) return undefined;
  const unlisted = unlistedFault({ scheme: 'env', name }, listed);
  const also = unlisted === undefined ? '' : `; ${unlisted.hint}`;
  return `write \${env:${name}} for an environment variable, or define it under vars${also}`;
}

/** The remedy for a name that is nothing like another one: in a part, its inputs are named too. */
function nowhere(name: string, own: ReadonlySet<string>, hints: Names['hints']): string {
  const scope = scopeOf(name);
  if (scope === '') return hints.nowhere;
  const inside = [...own].flatMap((one) => (scopeOf(one) === scope ? writtenName(one) : []));
  const there = inside.length === 0 ? '' : `; the part has ${inside.join(', ')}`;
  return `name it under inputs:, or save it in a step of the part${there}`;
}

function environmentNames(environments: readonly Environment[]): string {
  return `the environment '${environments.map(({ name }) => name).join("', '")}'`;
}

/** The fault of a mention of a built-in name. */
export function builtInFault(
  written: string,
  name: string,
  environments: readonly Environment[],
): Issue | undefined {
  const lacking = environments.filter(({ region }) => region === undefined);
  if (name === 'env.region' && lacking.length > 0) {
    const message = `${written} has no value in ${environmentNames(lacking)}`;
    return { rule: 'name', message, hint: 'add region: to it in the project file' };
  }
  if (Object.hasOwn(BUILT_IN_NAMES, name)) return undefined;
  const meant = didYouMean(name, Object.keys(BUILT_IN_NAMES));
  const [, variable] = /^env\.(\w+)$/.exec(name) ?? [];
  if (meant === undefined && variable !== undefined)
    return {
      rule: 'name',
      message: `${written} is not one of the built-in names`,
      hint: `write \${env:${variable}} for a variable of the machine; the environment has env.name and env.region`,
    };
  const hint =
    meant === undefined
      ? `there are ${Object.keys(BUILT_IN_NAMES).join(', ')}`
      : `did you mean \${${meant}}?`;
  return { rule: 'name', message: `${written} is not one of the built-in names`, hint };
}

function suggesting({ own, environments }: Names): (name: string) => string | undefined {
  const all = [...own, ...environments.flatMap(({ vars }) => Object.keys(vars))];
  let left = MOST_SUGGESTIONS;
  return (name) => {
    left -= 1;
    if (left < 0) return undefined;
    const scope = scopeOf(name);
    const near = all.filter((one) => one.startsWith(scope)).map((one) => one.slice(scope.length));
    return didYouMean(name.slice(scope.length), [...near, ...BUILT_IN]);
  };
}

function spellingFault(mention: Reference, names: Names): Issue | undefined {
  const found = names.respelt(mention);
  const what = `${asWritten(mention.text)}, the number ${found?.written},`;
  return found === undefined ? undefined : respeltFault(what, found);
}

/** The fault of a known value: nothing at that path, or a value that text cannot hold. */
function valueFault(mention: Reference, alone: boolean, { vars, environments }: Names): Issue | undefined {
  const { name, path } = mention;
  const templates = Object.hasOwn(vars, name)
    ? [vars[name] as Json]
    : environments.flatMap((one) => (Object.hasOwn(one.vars, name) ? [one.vars[name] as Json] : []));
  for (const template of templates) {
    const reached = reach(template, path);
    const written = asWritten(mention.text);
    if (reached !== undefined && 'lacking' in reached) {
      const { lacking, of } = reached;
      const keys = isJsonMap(of) ? Object.keys(of) : [];
      const meant = didYouMean(String(lacking), keys);
      const hint =
        meant === undefined ? `it has ${keys.join(', ') || 'no such place'}` : `did you mean '${meant}'?`;
      return {
        rule: 'name',
        message: `${written} is not there: ${nameOfType(of)} has no '${lacking}'`,
        hint,
      };
    }
    if (alone || reached === undefined || !isNoText(reached.found)) continue;
    const message = `${written} stands inside text, and is ${nameOfType(reached.found)}`;
    return { rule: 'template', message, hint: 'use it alone, or name a part of it that is text or a number' };
  }
  return undefined;
}

type ReachedValue = { readonly found: Json } | { readonly lacking: string | number; readonly of: Json };

/** The value at a path, as far as the file has it: undefined if a part is yet to be filled in. */
function reach(template: Json, path: Reference['path']): ReachedValue | undefined {
  let found = template;
  for (const part of path) {
    if (isOpen(found)) return undefined;
    const next: Json | undefined =
      typeof part === 'number'
        ? isJsonList(found)
          ? found[part]
          : undefined
        : isJsonMap(found) && Object.hasOwn(found, part)
          ? found[part]
          : undefined;
    if (next === undefined) return { lacking: part, of: found };
    found = next;
  }
  return isOpen(found) ? undefined : { found };
}

function isOpen(value: Json): boolean {
  return isGenerator(value) || (typeof value === 'string' && value.includes('${')); // not parsed: many may lead here
}

function isNoText(value: Json): boolean {
  return scalarText(value) === undefined;
}
