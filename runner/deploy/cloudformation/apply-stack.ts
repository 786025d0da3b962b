import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import type {
  ChangeSetState,
  DeployedStackState,
  ParameterValue,
  ResourceChange,
  StackApi,
  StackEvent,
  TemplateSource,
} from './stack-api.ts';
import { afterFailure, nextStepOf } from './stack-status.ts';

export interface Applying {
  readonly api: StackApi;
  /** Name of the change set: new for each deployment. */
  readonly changeSet: string;
  readonly signal: AbortSignal;
  pause(ms: number): Promise<void>;
  /** Prints a line. */
  print(line: string): void;
}

export interface StackTemplate {
  readonly stack: string;
  readonly template: TemplateSource;
  readonly parameters: readonly ParameterValue[];
  /** Logical names of resources that a deployment may neither replace nor remove. */
  readonly kept: readonly string[];
  /** The reason not to update the deployed stack, with its remedy: it is another's. Undefined if there is none. */
  refusal(deployed: DeployedStackState): string | undefined;
}

/** The end of a deployment: `unchanged` if the stack is as the template has it already. */
export type Applied = 'created' | 'updated' | 'unchanged';

/** The deployment was interrupted; the message says in which state the stack is. */
export class DeploymentInterrupted extends Error {}

const POLL_MS = 2_000;

/**
 * Brings a stack to its template by a change set, and follows it to its end.
 * @throws DefinitionError if the stack's state or the template prevents it, with the remedy; ObserverError with the first cause if it
 * failed; DeploymentInterrupted.
 */
export async function applyStack(wanted: StackTemplate, applying: Applying): Promise<Applied> {
  const { stack, template, parameters } = wanted;
  const { api, changeSet } = applying;
  const next = stepFor(wanted, await api.describe(stack));
  const type = next === 'create' ? 'CREATE' : 'UPDATE';
  if (applying.signal.aborted) throw new DeploymentInterrupted(`The stack ${stack} was not changed.`);
  await api.createChangeSet({ stack, changeSet, type, template, parameters });
  const changes = await changesOf(wanted, applying);
  if (changes === undefined) return 'unchanged';
  for (const line of changes.map(formatChange)) applying.print(line);
  const lost = changes.find(
    ({ name, action, replaces }) => wanted.kept.includes(name) && (replaces || action === 'Remove'),
  );
  if (lost !== undefined) {
    await api.deleteChangeSet(stack, changeSet);
    throw new DefinitionError(
      `This deployment would ${lost.replaces ? 'replace' : 'remove'} ${lost.name}, which holds the state of the canaries. ` +
        'Nothing was changed. Deploy with a version of Coalmine that keeps it, or under another stack name.',
    );
  }
  await follow(stack, applying);
  return next === 'create' ? 'created' : 'updated';
}

/**
 * The next step for a stack, by its state in the account.
 * @throws DefinitionError if its status prevents each, or if it is another's, with the remedy.
 */
export function stepFor(
  { stack, refusal }: Pick<StackTemplate, 'stack' | 'refusal'>,
  deployed: DeployedStackState | undefined,
): 'create' | 'update' {
  const next = nextStepOf(stack, deployed?.status);
  if (typeof next === 'object') throw new DefinitionError(next.fault);
  const fault = next === 'update' && deployed !== undefined ? refusal(deployed) : undefined;
  if (fault !== undefined) throw new DefinitionError(fault);
  return next;
}

/** The changes of a change set once it is made; undefined if there are none. */
async function changesOf(
  { stack }: StackTemplate,
  applying: Applying,
): Promise<readonly ResourceChange[] | undefined> {
  const { api, changeSet } = applying;
  const { status, reason, changes } = await settledChangeSet(stack, applying);
  await endIfInterrupted(stack, applying);
  if (status === 'ready') return changes;
  await api.deleteChangeSet(stack, changeSet);
  if (NO_CHANGES.test(reason)) return undefined;
  throw new DefinitionError(`CloudFormation does not take the template for ${stack}: ${reason}`);
}

/** CloudFormation deletes no change set that it still makes (its API, DeleteChangeSet): an interruption waits for its end. */
async function settledChangeSet(stack: string, { api, changeSet, pause }: Applying): Promise<ChangeSetState> {
  for (;;) {
    const state = await api.describeChangeSet(stack, changeSet);
    if (state.status !== 'working') return state;
    await pause(POLL_MS);
  }
}

/** Deletes a change set that was not executed if the deployment is interrupted. */
async function endIfInterrupted(stack: string, { api, changeSet, signal }: Applying): Promise<void> {
  if (!signal.aborted) return;
  await api.deleteChangeSet(stack, changeSet);
  throw new DeploymentInterrupted(`The stack ${stack} was not changed: its change set was deleted.`);
}

/** CloudFormation has no code for it (its API, DescribeChangeSet): these are its two sentences. */
const NO_CHANGES = /didn't contain changes|No updates are to be performed/i;

async function follow(stack: string, applying: Applying): Promise<void> {
  const { api, changeSet, signal, pause, print } = applying;
  const known = new Set((await api.events(stack, () => false)).map(({ id }) => id));
  const seen: StackEvent[] = [];
  await endIfInterrupted(stack, applying);
  await api.executeChangeSet(stack, changeSet);
  for (;;) {
    const events = (await api.events(stack, (id) => known.has(id))).toReversed();
    for (const event of events) {
      known.add(event.id);
      seen.push(event);
      if (isWorthALine(event)) print(formatEvent(event));
    }
    const status = (await api.describe(stack))?.status ?? 'DELETE_COMPLETE';
    // Its own events show that the change set has begun: until then the stack has the status of before.
    if (seen.length > 0 && !status.endsWith('_IN_PROGRESS')) {
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return;
      throw new ObserverError(`${firstCauseOf(seen)} ${afterFailure(stack, status)}`);
    }
    if (status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return;
    if (signal.aborted)
      throw new DeploymentInterrupted(
        `CloudFormation goes on with the stack ${stack}, which is in ${status}. Follow it: aws cloudformation describe-stack-events --stack-name ${stack}`,
      );
    await pause(POLL_MS);
  }
}

/** The first failure of a deployment; those after it are consequences. */
export function firstCauseOf(events: readonly StackEvent[]): string {
  const failed = events.filter(({ status }) => status.endsWith('_FAILED'));
  const first =
    failed.find(({ reason }) => !/^Resource (creation|update) cancelled/i.test(reason)) ?? failed[0];
  if (first === undefined) return 'The deployment failed, and no event says why.';
  return `${first.name} (${first.type}) failed: ${first.reason.replace(/\.?$/, '.')}`;
}

function isWorthALine({ status }: StackEvent): boolean {
  return /_(COMPLETE|FAILED)$/.test(status);
}

function formatEvent({ status, name, reason }: StackEvent): string {
  return `  ${status.padEnd(24)} ${name}${status.endsWith('_FAILED') ? `  ${reason}` : ''}`;
}

const WORDS: Readonly<Record<ResourceChange['action'], string>> = {
  Add: 'add',
  Modify: 'change',
  Remove: 'remove',
  Import: 'import',
  Dynamic: 'may change',
  SyncWithActual: 'correct',
};

function formatChange({ action, name, type, replaces }: ResourceChange): string {
  return `  ${(replaces ? 'replace' : WORDS[action]).padEnd(10)} ${name}  (${type})`;
}
