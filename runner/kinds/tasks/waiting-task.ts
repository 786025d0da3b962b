import { stateMachineFault } from '../../core/aws/address-faults.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { JsonMap } from '../../core/base/json.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import { limitFaults, TASK_TOKEN } from '../aws/service-limits.ts';
import type { ActContext, FaultsOf, InputFault, Permission } from '../kind.ts';
import { text } from '../schema.ts';

/** A task of a state machine that waits for a callback. */
export interface WaitingTask {
  readonly stateMachine: string;
  readonly token: string;
}

/** The keys of the verbs that answer a waiting task. */
export const WAITING_TASK = {
  stateMachine: text('ARN of the Step Functions state machine whose task waits'),
  token: text("The task's token, saved from the message, item or log line in which the system passes it on"),
};

/** Faults of the address of a task. A token is new for each task, so one that the file spells out is of a task that is long over. */
export function taskFaults(
  { stateMachine, token }: WaitingTask,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  const isWritten = !filled && !token.includes('${');
  const message =
    'each task has a token of its own, so a token that the file holds is of a task that is over';
  const hint = 'save it in the step that finds it: save: { token: item.token }, and write token: ${token}';
  return [
    ...stateMachineFault(stateMachine),
    ...(isWritten ? [{ key: 'token', message, hint }] : []),
    ...limitFaults(token, TASK_TOKEN, { key: 'token' }, { filled }),
  ];
}

/** The permission to answer tasks of a state machine, by the verb's name. IAM knows these actions with the ARN of the state machine. */
export function toAnswer(verb: string, { stateMachine }: WaitingTask): readonly Permission[] {
  return [
    { action: `states:${verb.replace(/^./, (letter) => letter.toUpperCase())}`, resource: stateMachine },
  ];
}

/**
 * The evidence of an answer that Step Functions took.
 * @throws DefinitionError if the token is none; the error of the call otherwise.
 */
export async function answerTask(
  kind: string,
  { runId, stepId, clock }: ActContext,
  send: () => Promise<unknown>,
): Promise<Evidence> {
  try {
    await send();
  } catch (thrown) {
    if (!(Error.isError(thrown) && thrown.name === 'InvalidToken')) throw thrown;
    const words =
      "Step Functions does not know the token of 'token'. Save the whole of it, as the system got it.";
    throw new DefinitionError(words, { cause: thrown });
  }
  // The token is a credential, and identifies nothing in a report.
  return { kind, id: `${runId}-${stepId}`, takenAtMs: clock.nowMs(), data: {} satisfies JsonMap };
}
