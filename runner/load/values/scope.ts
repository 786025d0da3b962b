import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { BUILT_IN } from '../../core/expression/values.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';

/** Scope of a step's names: the file itself, or one use of a part. */
export interface Scope {
  /** Before each name of the file's own: empty, or `1/`. */
  readonly scope: string;
  /** Names of the environment, which are the same in every file. */
  readonly globals: ReadonlySet<string>;
}

/** A step of a part, its names made those of this use of the part. */
export function scoped(step: Step, context: Scope): Step {
  const { scope } = context;
  if (scope === '') return step;
  const prefixed = <Value>(named: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [`${scope}${name}`, value]));
  const save = prefixed(step.save);
  const match = step.match === undefined ? {} : { match: prefixed(step.match) };
  const secret = step.secret === undefined ? {} : { secret: step.secret.map((name) => `${scope}${name}`) };
  const input = renamed(step.input, context) as JsonMap;
  if (step.mode === 'act')
    return {
      ...step,
      save,
      ...secret,
      ...match,
      input,
      ...mapped('response', step.response, context),
    } satisfies ActStep;
  const correlate =
    typeof step.correlate === 'string' ? String(renamed(step.correlate, context)) : step.correlate;
  return {
    ...step,
    save,
    ...secret,
    ...match,
    input,
    correlate,
    ...mapped('has', step.has, context),
    ...mapped('where', step.where, context),
  };
}

function mapped<Key extends string>(
  key: Key,
  value: Json | undefined,
  context: Scope,
): { readonly [K in Key]?: Json } {
  return (value === undefined ? {} : { [key]: renamed(value, context) }) as { readonly [K in Key]?: Json };
}

/** A value whose mentions of the part's own names are made those of this use of the part. */
export function renamed(value: Json, context: Scope): Json {
  const { scope, globals } = context;
  if (scope === '') return value;
  if (typeof value === 'string') {
    return value.replace(/\$\$\{|\$\{([A-Za-z_][^}:]*)\}/g, (whole, inside?: string) => {
      const name = inside?.split(/[.[]/)[0] ?? '';
      const own = inside !== undefined && !BUILT_IN.has(name) && !globals.has(name);
      return own ? `\${${scope}${inside}}` : whole;
    });
  }
  if (isJsonList(value)) return value.map((element) => renamed(element, context));
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, renamed(member, context)]));
}
