import { faultSortOf } from '../adapters/aws/errors.ts';
import { SOURCES } from '../adapters/references/sources.ts';
import { policyArn } from '../core/aws/policy-arn.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { withoutReferences } from '../core/base/reference-syntax.ts';
import { mapWithConcurrency } from '../core/base/with-concurrency.ts';
import type { ExternalName } from '../core/expression/reference.ts';
import { EVERY_RESOURCE, type Permission } from '../kinds/kind.ts';
import type { Caller } from './caller.ts';
import { faultMessage } from './question/faults.ts';
import type { ConcernedFinding, Finding } from './question/finding.ts';
import { optionalQuery } from './question/optional-query.ts';
import { isUnasked, type QuestionContext, type Unasked } from './question/question.ts';
import { withTimeout } from './question/with-timeout.ts';

/** An action on an ARN, and the canary that needs it. */
export interface RequiredAction {
  readonly canary: string;
  readonly action: string;
  readonly arn: string;
  /** True if runs pass without it. */
  readonly optional?: boolean;
}

/** IAM's decision on one action. */
export interface PolicyDecision extends RequiredAction {
  readonly decision: string;
}

/** The permissions of a canary's steps and values, and optional ones. */
export interface NeededBy {
  readonly steps: readonly Permission[];
  readonly reads: readonly ExternalName[];
  readonly optional?: readonly Permission[];
}

/** Needs of a canary, on ARNs of the caller's account; a value known only in a run becomes a `*`. */
export function neededBy(
  canary: string,
  { steps, reads, optional = [] }: NeededBy,
  caller: Caller,
): readonly RequiredAction[] {
  const [, partition = 'aws'] = caller.arn.split(':');
  const all: readonly (Permission & Pick<RequiredAction, 'optional'>)[] = [
    ...optional.map((one) => ({ ...one, optional: true })),
    ...steps,
    ...reads.flatMap(({ scheme, name }) =>
      scheme === 'env'
        ? []
        : SOURCES[scheme]
            .permissions(name)
            .map(({ action, on = SOURCES[scheme].holderOf(name) }) => ({ action, resource: on })),
    ),
  ];
  const needed = all
    .filter(({ action }) => action !== 'kms:Decrypt') // the key is unknown
    .flatMap(({ action, optional: isOptional, ...on }) => {
      const arn = arnOf({ action, ...on }, caller.region);
      if (arn === undefined) return []; // a URL that names no resource
      const placed = arn
        .replaceAll('${AWS::Partition}', partition)
        .replaceAll('${AWS::AccountId}', caller.account);
      const here = withoutReferences(placed, '*');
      return [{ canary, action, arn: here, ...omitUndefined({ optional: isOptional }) }];
    });
  return [...new Map(needed.map((one) => [`${one.action} ${one.arn}`, one])).values()];
}

function arnOf({ action, resource, below, executions }: Permission, region: string): string | undefined {
  if (resource === EVERY_RESOURCE) return '*';
  const arn = policyArn(action, resource, region);
  if (executions === true) return `${arn?.replace(':stateMachine:', ':execution:')}:*`;
  return below === undefined ? arn : `${arn}/${below}`;
}

/** Questions to IAM that are out at a time: it throttles sooner than others. */
const AT_A_TIME = 3;

/** Asks IAM if the caller has the permissions. A simulation: IAM only compares policies. */
export async function decide(
  needed: readonly RequiredAction[],
  caller: Caller,
  asking: () => QuestionContext,
): Promise<readonly PolicyDecision[] | Unasked> {
  try {
    const given = asking();
    const source = given.role ?? (await withTimeout(given.signal, async () => sourceOf(caller, given)));
    if (source === undefined) return { unasked: `the policies of ${caller.arn} cannot be simulated` };
    return await optionalQuery('iam:SimulatePrincipalPolicy', async () =>
      simulateAll(source, needed, asking),
    );
  } catch (thrown) {
    return { unasked: faultMessage(thrown) };
  }
}

async function simulateAll(
  source: string,
  needed: readonly RequiredAction[],
  asking: () => QuestionContext,
): Promise<readonly PolicyDecision[]> {
  const byArn = [...Map.groupBy(needed, ({ arn }) => arn)];
  const decided = await mapWithConcurrency(AT_A_TIME, byArn, async ([arn, some]) => {
    const actions = [...new Set(some.map(({ action }) => action))];
    const given = asking();
    const decisions = await withTimeout(given.signal, async () => simulate(source, { arn, actions }, given));
    return some.map((one) => ({ ...one, decision: decisions.get(one.action) ?? 'not decided' }));
  });
  return decided.flat();
}

/** Findings of IAM's decisions: a denied action is a problem of the canary that needs it, and a doubt if it is optional. */
export function decisionFindings(
  decided: Awaited<ReturnType<typeof decide>>,
  who: string,
): readonly ConcernedFinding[] {
  if (isUnasked(decided))
    return [{ level: 'unchecked', what: `whether you may do all that canaries need: ${decided.unasked}` }];
  const byCanary = Map.groupBy(decided, ({ canary }) => canary);
  return [...byCanary].flatMap(([canary, some]): readonly ConcernedFinding[] => {
    const refused = some.filter(({ decision }) => decision !== 'allowed');
    if (refused.length === 0)
      return [
        { canary, level: 'fine', what: `${some.length} ${some.length === 1 ? 'permission' : 'permissions'}` },
      ];
    return refused.map((one) => ({ canary, ...refusal(one, who) }));
  });
}

function refusal({ action, arn, decision, optional = false }: PolicyDecision, who: string): Finding {
  const why =
    decision === 'explicitDeny'
      ? `A policy of ${who}, its boundary or its organisation denies it.`
      : `No policy of ${who} allows it, as far as IAM shows; policies of the resource itself were not read.`;
  const what = `${action} is not allowed on ${arn}`;
  if (optional)
    return {
      level: 'doubt',
      what,
      why: `${why} It is optional: runs pass without it, and an incident lists what changed there as unknown.`,
      todo: "Grant it, if you wish: 'npx coalmine iam' lists the optional permissions apart.",
    };
  return {
    level: 'problem',
    what,
    why,
    todo: "Grant it: 'npx coalmine iam --format json' writes the policy.",
  };
}

/** The user or role whose policies decide. The ARN of a session lacks the path of its role, which IAM knows. */
async function sourceOf(
  { arn, account }: Caller,
  { clients, signal }: QuestionContext,
): Promise<string | undefined> {
  const [, partition = 'aws', service, , , resource = ''] = arn.split(':');
  if (service === 'iam') return resource === 'root' ? undefined : arn;
  const [sort, role = ''] = resource.split('/');
  if (sort !== 'assumed-role') return undefined;
  try {
    const { IAMClient, GetRoleCommand } = await import('@aws-sdk/client-iam');
    const client = clients.clientOf(IAMClient, 'observe');
    const { Role } = await client.send(new GetRoleCommand({ RoleName: role }), { abortSignal: signal });
    return Role?.Arn ?? `arn:${partition}:iam::${account}:role/${role}`;
  } catch (thrown) {
    if (faultSortOf(thrown) === undefined) faultMessage(thrown);
    return `arn:${partition}:iam::${account}:role/${role}`; // right for every role without a path
  }
}

async function simulate(
  PolicySourceArn: string,
  { arn, actions }: { readonly arn: string; readonly actions: readonly string[] },
  { clients, signal }: QuestionContext,
): Promise<ReadonlyMap<string, string>> {
  const { IAMClient, SimulatePrincipalPolicyCommand } = await import('@aws-sdk/client-iam');
  const client = clients.clientOf(IAMClient, 'observe');
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn,
    ActionNames: [...actions],
    ResourceArns: [arn],
  });
  const { EvaluationResults = [] } = await client.send(command, { abortSignal: signal });
  return new Map(
    EvaluationResults.map(({ EvalActionName = '', EvalDecision = '' }) => [EvalActionName, EvalDecision]),
  );
}
