import type {
  DescribeStacksCommandOutput,
  ListStackResourcesCommandOutput,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { ExternalValue } from '../../core/expression/reference.ts';
import {
  nestedStackAt,
  nestedStackIds,
  resourceAt,
  type StackResource,
  type StackValue,
  stackValueOf,
} from '../../core/expression/stack-value.ts';
import type { Source } from './source.ts';

/**
 * `${cf:stack.Output}`: an output of a CloudFormation stack, described once for all its outputs. `${cf:stack/LogicalId}`: the physical id of a
 * resource, from a list that is read once for all resources of one stack.
 */
export const cf: Source = {
  examples: ['stack.Output', 'stack/LogicalId'],
  holderOf: (name) => {
    const { stack, path, output } = valueOf(name);
    return output === undefined ? `${[stack, ...path.slice(0, -1)].join('/')}/` : [stack, ...path].join('/');
  },
  read: async (holder, { clients, signal }) => {
    const { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } = await import(
      '@aws-sdk/client-cloudformation'
    );
    const isOfResources = holder.endsWith('/');
    const { stack, path } = valueOf(isOfResources ? `${holder}Any` : `${holder}.Any`);
    const client = clients.clientOf(CloudFormationClient, 'observe', stack);
    const options = { abortSignal: signal };
    const ask: Asking = {
      describe: async (StackName) => client.send(new DescribeStacksCommand({ StackName }), options),
      list: async (StackName, NextToken) =>
        client.send(new ListStackResourcesCommand({ StackName, NextToken }), options),
    };
    const found = await placeAt(stack, isOfResources ? path.slice(0, -1) : path, ask);
    if (!isOfResources) return outputsOf(found, ask);
    const resources = found.resources ?? (await resourcesOf(found.stack, ask));
    return (name) => idOf([...found.within, String(valueOf(name).path.at(-1))], { ...found, resources });
  },
  // CloudFormation has no name of its own for a stack that is not there
  absent: ['ValidationError'],
  formatAbsent: (holder) =>
    `There is no stack ${holder.replace(/\/$/, '')}. Check its name, the region and the account.`,
  permissions: (name) => {
    const { stack, path, output } = valueOf(name);
    const outside = output === undefined ? path.slice(0, -1) : path;
    const actions = output === undefined ? [LIST] : [LIST, DESCRIBE];
    const nested = outside.flatMap((_, index) => nestedStackIds(outside.slice(0, index + 1)));
    return [
      { action: path.length === 0 ? DESCRIBE : LIST, resource: `the stack ${stack}`, on: stack },
      ...nested.flatMap((id) =>
        actions.map((action) => ({
          action,
          resource: `the nested stack ${id} of ${stack}`,
          on: nestedName(stack, id),
        })),
      ),
    ];
  },
};

const LIST = 'cloudformation:ListStackResources';
const DESCRIBE = 'cloudformation:DescribeStacks';

function valueOf(name: string): StackValue {
  const value = stackValueOf(name);
  if (value === undefined) throw new DefinitionError(`'${name}' names no output and no resource of a stack.`);
  return value;
}

/** The name of a nested stack as far as it is known: CloudFormation puts 12 or more letters behind it. */
function nestedName(stack: string, logicalId: string): string {
  const name = /:stack\/[^/]+/.exec(stack);
  const before = name === null ? stack : stack.slice(0, name.index + name[0].length);
  return `${before}-${logicalId}-\${run.id}`;
}

interface Asking {
  describe(stack: string): Promise<DescribeStacksCommandOutput>;
  list(stack: string, token: string | undefined): Promise<ListStackResourcesCommandOutput>;
}

/** A stack, and the ids of the CDK constructs inside it. */
interface Place {
  readonly stack: string;
  readonly shown: string;
  readonly within: readonly string[];
  readonly resources?: readonly StackResource[];
}

/** The innermost stack on a path: each id is that of a nested stack, or of a construct in the stack before. */
async function placeAt(stack: string, path: readonly string[], ask: Asking): Promise<Place> {
  let place: Place = { stack, shown: stack, within: [] };
  for (const id of path) {
    const resources = place.resources ?? (await resourcesOf(place.stack, ask));
    const within = [...place.within, id];
    const nested = nestedStackAt(within, resources)?.physicalId;
    const shown = `${place.shown}/${id}`;
    place = nested === undefined ? { ...place, within, resources } : { stack: nested, shown, within: [] };
  }
  return place;
}

async function resourcesOf(stack: string, { list }: Asking): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  let token: string | undefined;
  do {
    const { StackResourceSummaries = [], NextToken } = await list(stack, token);
    found.push(...StackResourceSummaries.flatMap(resourceOf));
    token = NextToken;
  } while (token !== undefined);
  return found;
}

/** None for a resource that is gone: a stack goes on listing it. An id may be empty until it is made. */
function resourceOf({
  LogicalResourceId = '',
  ResourceType = '',
  PhysicalResourceId = '',
  ResourceStatus,
}: StackResourceSummary): readonly StackResource[] {
  if (ResourceStatus === 'DELETE_COMPLETE') return [];
  const physicalId = PhysicalResourceId === '' ? undefined : PhysicalResourceId;
  return [{ logicalId: LogicalResourceId, type: ResourceType, physicalId }];
}

async function outputsOf({ stack, shown, within }: Place, { describe }: Asking) {
  if (within.length > 0)
    throw new DefinitionError(`The stack ${shown} has no nested stack '${within.join('/')}'.`);
  const { Stacks } = await describe(stack);
  const outputs = new Map(
    (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  return (name: string): ExternalValue => {
    const output = String(valueOf(name).output);
    const value = outputs.get(output);
    if (value !== undefined) return { value, secret: false };
    throw notThere(`The stack ${shown} has no output '${output}'.`, output, [...outputs.keys()]);
  };
}

function idOf(
  path: readonly string[],
  { shown, resources }: Place & { readonly resources: readonly StackResource[] },
): ExternalValue {
  const resource = resourceAt(path, resources);
  const name = path.join('/');
  if (resource === undefined)
    throw notThere(
      `The stack ${shown} has no resource '${name}'.`,
      name,
      resources.map(({ logicalId }) => logicalId),
    );
  if (resource.physicalId === undefined)
    throw new DefinitionError(
      `The resource '${name}' of the stack ${shown} is not made yet. Wait for its deployment.`,
    );
  return { value: resource.physicalId, secret: false };
}

const MOST_LISTED = 20;

function notThere(words: string, name: string, others: readonly string[]): Error {
  const meant = didYouMean(name, others);
  const more = others.length > MOST_LISTED ? ` and ${others.length - MOST_LISTED} more` : '';
  const listed = `${others.slice(0, MOST_LISTED).join(', ') || 'none'}${more}`;
  return new DefinitionError(
    `${words} ${meant === undefined ? `It has ${listed}.` : `Did you mean '${meant}'?`}`,
  );
}
