import { DefinitionError } from '../base/errors.ts';
import { isoSecond } from '../base/format.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { correlationIdOf, type RunId } from '../base/run-id.ts';
import type { Canary } from '../model/canary.ts';
import type { Environment } from '../model/project.ts';
import { generate, isGenerator } from './generators.ts';
import type { ExternalName } from './reference.ts';
import { fill, nameOfType, type Reference, referencesIn, valueAt } from './template.ts';

/** Sources of the names of a run. */
export interface ValuesFrom {
  readonly runId: RunId;
  /** Seed of the generated values: the run's own id, unless an earlier run's data is wanted again. */
  readonly seed: RunId;
  readonly startedAtMs: number;
  readonly canary: Pick<Canary, 'name' | 'vars'>;
  readonly environment: Environment;
  /** Values from outside, by reference key: `env:NAME`. */
  readonly externals: ReadonlyMap<string, string>;
  /** The run's own inbox, if it has one. */
  readonly inbox?: { readonly url: string; readonly token: string } | undefined;
}

/** The names of one run and their values; saved ones join as steps pass. */
export class Values {
  readonly #from: ValuesFrom;
  readonly #vars: JsonMap;
  #builtIn: Readonly<Record<string, Json>> | undefined;
  /** Allocated at the first save: many runs save none, and ten thousand may wait at once. */
  #known: Map<string, Json> | undefined;
  #externals: ReadonlyMap<string, string>;

  constructor(from: ValuesFrom) {
    this.#from = from;
    this.#externals = from.externals;
    this.#vars = merged(from.environment.vars, from.canary.vars);
  }

  /** True if the value of a mention is known now: each value that it refers to, step by step, exists. */
  knows(mention: Reference): boolean {
    if (this.#has(mention)) return true;
    const template = this.#vars[mention.name];
    if (template === undefined) return false;
    return transitiveReferencesOf(template, this.#vars).every(
      (one) => this.#has(one) || this.#vars[one.name] !== undefined,
    );
  }

  /**
   * The value of a mention.
   * @throws DefinitionError if the name is not defined, or the value has nothing at that path.
   */
  valueOf(mention: Reference): Json {
    const whole =
      mention.external === undefined ? this.#named(mention.name) : this.#externals.get(mention.name);
    if (whole === undefined) {
      throw new DefinitionError(
        `${mention.text} has no value. Define it under vars, or save it in an earlier step.`,
      );
    }
    const found = valueAt(whole, mention.path);
    if (found === undefined) {
      throw new DefinitionError(
        `${mention.text} is not there: ${mention.name} is ${nameOfType(whole)} without that path. Check what was saved.`,
      );
    }
    return found;
  }

  save(name: string, value: Json): void {
    this.#known ??= new Map();
    this.#known.set(name, value);
  }

  /** The values from outside that a template needs, directly or through other names. */
  externalsOf(template: Json): readonly ExternalName[] {
    return transitiveReferencesOf(template, this.#vars).flatMap(({ external }) => external ?? []);
  }

  /** Replaces values from outside by newly read ones. False if none of them changed. */
  renew(read: ReadonlyMap<string, string>): boolean {
    const differs = [...read].some(([name, value]) => this.#externals.get(name) !== value);
    if (!differs) return false;
    this.#externals = new Map([...this.#externals, ...read]);
    // Values derived from them by vars are computed again; a generator draws the same by the same seed.
    for (const name of Object.keys(this.#vars)) this.#known?.delete(name);
    return true;
  }

  /** The value saved under a name; undefined if there is none yet. */
  saved(name: string): Json | undefined {
    return this.#known?.get(name);
  }

  #has({ external, name }: Reference): boolean {
    return external !== undefined || this.#known?.has(name) === true || BUILT_IN.has(name);
  }

  /** Computed at the first use: most runs reference none of them. */
  #builtIns(): Readonly<Record<string, Json>> {
    this.#builtIn ??= builtInsOf(this.#from);
    return this.#builtIn;
  }

  #named(name: string): Json | undefined {
    if (BUILT_IN.has(name)) return this.#builtIns()[name];
    const known = this.#known?.get(name);
    const template = this.#vars[name];
    if (known !== undefined || template === undefined) return known;
    const value = this.#made(template, name);
    this.save(name, value);
    return value;
  }

  /** A template with its names filled in and its generators drawn; each generator's name is its path. */
  #made(template: Json, path: string): Json {
    if (isJsonList(template))
      return template.map((element, index) => this.#made(element, `${path}[${index}]`));
    if (!isJsonMap(template)) return fill(template, (mention) => this.valueOf(mention));
    const made = Object.fromEntries(
      Object.entries(template).map(([key, member]) => [key, this.#made(member, `${path}.${key}`)]),
    );
    const { seed, startedAtMs } = this.#from;
    return isGenerator(template) ? generate(made, { seed, name: path, startedAtMs }) : made;
  }
}

/** Merges without a copy if one side is empty: ten thousand runs may wait at once. */
function merged(environment: JsonMap, canary: JsonMap): JsonMap {
  return Object.keys(environment).length === 0 ? canary : { ...environment, ...canary };
}

/** The names that every run has. */
export const BUILT_IN: ReadonlySet<string> = new Set(['run', 'canary', 'env']);

/** The predefined names of every run, with their meaning. */
export const BUILT_IN_NAMES: Readonly<Record<string, string>> = {
  'run.id': "the run's id, 32 hex digits",
  'run.correlationId': 'canary-<run id>, as systems pass it on',
  'run.shortId': 'its last 12 digits',
  'run.startedAt': "the run's start, ISO 8601, cut to the second",
  'run.inbox': "the run's own URL, at which `expect: request` sees requests",
  'run.inboxToken': 'the last part of that URL',
  'canary.name': "the canary's name",
  'env.name': "the environment's name",
  'env.region': "the environment's AWS region",
};

/** Every value from outside that a run of the canary needs, each once; those of unused vars are left out. */
export function externalsIn(canary: Canary, environment: Environment): readonly ExternalName[] {
  const templates = [...canary.steps, ...canary.cleanup].map(templatesOf);
  const mentions = transitiveReferencesOf(templates, { ...environment.vars, ...canary.vars });
  const found = mentions.flatMap(({ name, external }) =>
    external === undefined ? [] : [[name, external] as const],
  );
  return [...new Map(found).values()];
}

/** Values from outside in a value of the project file, such as a channel, and in the vars that it mentions. */
export function externalsInSettled(value: Json, { vars }: Environment): readonly ExternalName[] {
  return transitiveReferencesOf(value, vars).flatMap(({ external }) => external ?? []);
}

/** Every mention in a value, in the vars that it mentions, and in theirs; each var is visited once. */
export function transitiveReferencesOf(value: Json, vars: JsonMap): readonly Reference[] {
  return transitiveReferences(vars)(value);
}

/** Like `transitiveReferencesOf`, for many values: each var is read once for all of them. */
export function transitiveReferences(vars: JsonMap): (value: Json) => readonly Reference[] {
  const known = new Map<string, readonly Reference[]>();
  const inside = (name: string): readonly Reference[] => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const template = vars[name];
    const mentions = template === undefined ? [] : referencesIn(template).toReversed();
    known.set(name, mentions);
    return mentions;
  };
  return (value) => {
    const found: Reference[] = [];
    const seen = new Set<string>();
    const open = referencesIn(value).toReversed(); // no recursion: a chain of names may be as long as a file
    for (let mention = open.pop(); mention !== undefined; mention = open.pop()) {
      found.push(mention);
      if (seen.has(mention.name)) continue;
      seen.add(mention.name);
      open.push(...inside(mention.name));
    }
    return found;
  };
}

/** All parts of a step in which a `${…}` may stand. */
export function templatesOf(step: Canary['steps'][number]): Json {
  if (step.mode === 'act') return [step.input, step.response ?? null];
  return [step.input, step.has ?? null, step.where ?? null, step.correlate];
}

function builtInsOf({
  runId,
  startedAtMs,
  canary,
  environment,
  inbox,
}: ValuesFrom): Readonly<Record<string, Json>> {
  return {
    run: {
      id: runId,
      correlationId: correlationIdOf(runId),
      shortId: runId.slice(-12),
      startedAt: isoSecond(startedAtMs),
      ...(inbox === undefined ? {} : { inbox: inbox.url, inboxToken: inbox.token }),
    },
    canary: { name: canary.name },
    env: {
      name: environment.name,
      ...omitUndefined({ region: environment.region }),
    },
  };
}
