import { policyArn } from '../core/aws/policy-arn.ts';
import type { JsonMap } from '../core/base/json.ts';
import { scalarText } from '../core/base/numbers.ts';
import { fill, type Reference, referencesIn, valueAt } from '../core/expression/template.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Environment } from '../core/model/project.ts';
import type { Permission } from '../kinds/kind.ts';
import type { StackParameters } from './stack-parameters.ts';

/** Resource of an action. Texts are in the language of CloudFormation's `Fn::Sub`. */
export interface Resource {
  readonly arn: string;
  /** If the value of a parameter may be a name: the ARN to write then instead of `arn`. */
  readonly ifName?: { readonly parameter: string; readonly arn: string };
  /** Words in the value of the parameter that are others in the resource. */
  readonly instead?: readonly [was: string, is: string];
}

/** Values of the names in a resource before any run. */
export interface NamedBy {
  readonly environment: Environment;
  /** The vars of the environment and of the canary. */
  readonly vars: JsonMap;
  readonly parameters: StackParameters;
  /** The user: a canary's name, or a channel's. */
  readonly by: string;
  readonly canary?: Pick<Canary, 'name' | 'steps' | 'cleanup'>;
}

const MOST_DEPTH = 10; // of vars in vars; the loader refuses circles

/** The resource of a permission: names become ARNs, references parameters, and values known only in a run a `*`. */
export function resourceOf({ action, resource }: Permission, named: NamedBy): Resource {
  const text = settled(resource, named);
  const [first] = referencesIn(text);
  if (first !== undefined && first.text === text && first.external === undefined)
    return unknown(action, first, named);
  const { region = '${AWS::Region}' } = named.environment;
  const beginsOutside = first?.external !== undefined && text.startsWith(first.text);
  const written = String(
    fill(text, ({ external }) =>
      external === undefined ? '*' : `\${${named.parameters.valueOf(external, named.by).name}}`,
    ),
  );
  const instead = action === 'states:DescribeExecution' ? { instead: EXECUTIONS } : {};
  if (!beginsOutside || first?.external === undefined) return { arn: policyArn(action, written, region) };
  const { name, isArn } = named.parameters.valueOf(first.external, named.by);
  if (isArn) return { arn: written };
  named.parameters.mayBeName(name);
  return { arn: written, ifName: { parameter: name, arn: policyArn(action, written, region) }, ...instead };
}

/** The ARN of a state machine is that of its executions, but for a word. */
const EXECUTIONS = [':stateMachine:', ':execution:'] as const;

/** An execution started by a step above belongs to its state machine; any other needs a parameter. */
function unknown(action: string, { name }: Reference, named: NamedBy): Resource {
  const steps = [...(named.canary?.steps ?? []), ...(named.canary?.cleanup ?? [])];
  const starts = steps.find((step) => step.kind === 'startExecution' && step.save[name] !== undefined);
  const machine = starts?.input['stateMachine'];
  if (action === 'states:DescribeExecution' && typeof machine === 'string') {
    const { arn, ifName } = resourceOf({ action, resource: `${machine}:*` }, named);
    const [was, is] = EXECUTIONS;
    return ifName === undefined ? { arn: arn.replace(was, is) } : { arn, ifName, instead: EXECUTIONS };
  }
  return { arn: `\${${named.parameters.unknown(action, named.by)}}` };
}

/** A text with all put in that is known before any run. */
function settled(text: string, named: NamedBy): string {
  let value = text;
  for (let depth = 0; depth < MOST_DEPTH; depth += 1) {
    const next = String(fill(value, (mention) => knownText(mention, named) ?? mention.text));
    if (next === value) return value;
    value = next;
  }
  return value;
}

function knownText(mention: Reference, { environment, vars, canary }: NamedBy): string | undefined {
  if (mention.external !== undefined) return undefined;
  const { name, region = '${AWS::Region}' } = environment;
  const whole: JsonMap = {
    ...vars,
    env: { name, region },
    ...(canary === undefined ? {} : { canary: { name: canary.name } }),
  };
  const found =
    whole[mention.name] === undefined ? undefined : valueAt(whole[mention.name] ?? null, mention.path);
  return scalarText(found);
}
