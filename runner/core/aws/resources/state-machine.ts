import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'states';
const MACHINE = 'stateMachine:';
const EXECUTION = 'execution:';

/** A state machine of Step Functions, perhaps with a version or an alias. */
export const stateMachine = {
  name: 'stateMachine',
  label: 'state machine',
  service: SERVICE,
  arn: { type: MACHINE, name: /[^:]+(?::[^:]+)?/ },
} as const satisfies Resource;

/** An execution of a Standard state machine. */
export const execution = {
  name: 'arn',
  label: 'execution',
  service: SERVICE,
  arn: { type: EXECUTION, name: /[^:]+:[^:]+/ },
  refused: {
    arn: /^arn:[\w-]+:states:[\w-]+:\d{12}:express:/,
    message: 'this is an Express execution, whose state Step Functions does not give',
    hint: 'expect the event, item or log line that the workflow leaves behind',
  },
} as const satisfies Resource;

/** The name in the ARN of a state machine or of one of its executions. */
export function stateMachineNameOf(arn: string): string {
  return nameInArn(SERVICE, EXECUTION, nameInArn(SERVICE, MACHINE, arn)).replace(/:.*$/, '');
}
