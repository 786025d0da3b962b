import { functionNameOf, lambdaFunction } from '../aws/resources/function.ts';
import { logGroupNameOf } from '../aws/resources/log-group.ts';
import { isNameOf } from '../aws/resources/resource.ts';
import type { ExternalName } from '../expression/reference.ts';
import { type StackValue, stackValueOf } from '../expression/stack-value.ts';
import { isTemplate } from '../expression/template.ts';
import { externalsIn } from '../expression/values.ts';
import type { Canary } from '../model/canary.ts';
import type { Environment } from '../model/project.ts';

/** A resource that AWS dates the changes of. */
export interface Changeable {
  readonly type: 'stack' | 'function';
  /** Its name or ARN; a function's may be known only when its references are filled in. */
  readonly address: string;
}

/** Log groups of functions (Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"). */
const FUNCTION_LOGS = '/aws/lambda/';

/** Stacks that a canary's references name, and functions that it invokes or whose log it reads; each once. */
export function changeablesOf(canary: Canary, environment: Environment): readonly Changeable[] {
  const stacks = stacksIn(externalsIn(canary, environment));
  const functions = [...canary.steps, ...canary.cleanup].flatMap(({ input }): readonly Changeable[] =>
    [input['function'], functionOfLogs(input['logGroup'])].flatMap((address) =>
      typeof address === 'string' ? [{ type: 'function', address }] : [],
    ),
  );
  return [...new Map([...stacks, ...functions].map((one) => [`${one.type} ${one.address}`, one])).values()];
}

/** Stacks that references name. */
export function stacksIn(names: readonly ExternalName[]): readonly Changeable[] {
  return names.flatMap(({ scheme, name }): readonly Changeable[] =>
    scheme === 'cf' ? [{ type: 'stack', address: (stackValueOf(name) as StackValue).stack }] : [],
  );
}

/** The name of a resource for display: `function store-order`. */
export function changeableName({ type, address }: Changeable): string {
  return `${type} ${type === 'stack' || isTemplate(address) ? address : functionNameOf(address)}`;
}

function functionOfLogs(logGroup: unknown): string | undefined {
  const name = typeof logGroup === 'string' ? logGroupNameOf(logGroup) : '';
  if (!name.startsWith(FUNCTION_LOGS)) return undefined;
  const rest = name.slice(FUNCTION_LOGS.length);
  return isTemplate(rest) || isNameOf(lambdaFunction, rest) ? rest : undefined;
}
