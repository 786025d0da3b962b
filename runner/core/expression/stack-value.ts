import { createHash } from 'node:crypto';

/** A value of a CloudFormation stack: an output, or the physical id of a resource. */
export interface StackValue {
  /** Name or ARN of the stack; a name may still hold `${…}` of the environment. */
  readonly stack: string;
  /** Logical ids of nested stacks, or ids of CDK constructs, down to the resource; empty for an output of the stack itself. */
  readonly path: readonly string[];
  /** Name of an output of the stack at that path. */
  readonly output?: string;
}

const STACK = String.raw`arn:[\w-]+:cloudformation:[\w-]+:\w*:stack\/[\w-]+\/[\w-]+|(?:[\w-]|\$\{[^{}]*\})+`;
const VALUE = new RegExp(String.raw`^(${STACK})((?:\/[\w-]+)*)(?:\.(\w+))?$`);
const BEGINNING = new RegExp(`^(?:${STACK})`);

/** `shop.ApiUrl`, `shop/Orders`, `shop/Nested/Orders` or `shop/Nested.ApiUrl` taken apart; undefined for any other text. */
export function stackValueOf(name: string): StackValue | undefined {
  const [, stack, below, output] = VALUE.exec(name) ?? [];
  if (stack === undefined || (below === '' && output === undefined)) return undefined;
  const path = below === '' ? [] : (below as string).slice(1).split('/');
  return output === undefined ? { stack, path } : { stack, path, output };
}

/** The stack that a text begins with; undefined if it begins with none. */
export function stackBefore(text: string): string | undefined {
  return BEGINNING.exec(text)?.[0];
}

/** A resource of a stack, as `ListStackResources` gives it. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Undefined until it is made. */
  readonly physicalId: string | undefined;
}

/**
 * The resource at a path of one stack: its logical id, or the path of its CDK construct. CDK puts a hash of the path behind a logical id
 * (`aws-cdk-lib/core/lib/private/uniqueid.ts`). An L2 construct stands for its main resource.
 */
export function resourceAt(
  path: readonly string[],
  resources: readonly StackResource[],
): StackResource | undefined {
  return firstOf([cdkLogicalId(path), cdkLogicalId([...path, 'Resource'])], resources);
}

/** The nested stack at a path: by its logical id, or by the id of a CDK `NestedStack`. */
export function nestedStackAt(
  path: readonly string[],
  resources: readonly StackResource[],
): StackResource | undefined {
  return firstOf(
    nestedStackIds(path),
    resources.filter(({ type }) => type === NESTED),
  );
}

/** The logical ids that a nested stack at a path may have. */
export function nestedStackIds(path: readonly string[]): readonly string[] {
  const last = String(path.at(-1));
  const ofConstruct = [...path.slice(0, -1), `${last}.NestedStack`, `${last}.NestedStackResource`];
  return [...(path.length === 1 ? path : []), cdkLogicalId(ofConstruct)];
}

const NESTED = 'AWS::CloudFormation::Stack';

function firstOf(ids: readonly string[], resources: readonly StackResource[]): StackResource | undefined {
  return ids
    .map((id) => resources.find(({ logicalId }) => logicalId === id))
    .find((one) => one !== undefined);
}

const HASH_DIGITS = 8;
const MOST_READABLE = 240;

/** The logical id that CDK gives to the construct at a path of ids below its stack. */
export function cdkLogicalId(path: readonly string[]): string {
  const shown = path.filter((id) => id !== 'Default');
  const [only = ''] = shown;
  if (shown.length === 1) return lettersOf(only);
  const hash = createHash('md5').update(shown.join('/')).digest('hex').slice(0, HASH_DIGITS).toUpperCase();
  const readable = withoutRepeats(shown)
    .filter((id) => id !== 'Resource')
    .map(lettersOf)
    .join('')
    .slice(0, MOST_READABLE);
  return `${readable}${hash}`;
}

/** Without an id that the one before it ends in. */
function withoutRepeats(ids: readonly string[]): readonly string[] {
  return ids.reduce<readonly string[]>(
    (kept, id) => (kept.at(-1)?.endsWith(id) === true ? kept : [...kept, id]),
    [],
  );
}

function lettersOf(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, '');
}
