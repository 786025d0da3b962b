import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'states';
const MACHINE = 'stateMachine:';
const EXECUTION = 'execution:';

/** Any character but white space, brackets, wildcards and control characters (Step Functions API, CreateStateMachine). */
const CHARACTER = /[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
const NAME = `${CHARACTER.source}{1,80}`;
const WORDS = '1 to 80 letters, digits, - and _';

/** A state machine of Step Functions, perhaps with a version or an alias. */
export const stateMachine = {
  name: 'stateMachine',
  label: 'state machine',
  service: SERVICE,
  names: { pattern: new RegExp(`${NAME}(?::[\\w-]{1,80})?`), character: CHARACTER, words: WORDS },
  arn: { type: MACHINE },
} as const satisfies Resource;

/** An execution of a Standard state machine. */
export const execution = {
  name: 'arn',
  label: 'execution',
  service: SERVICE,
  names: { pattern: new RegExp(`${NAME}:${NAME}`), character: CHARACTER, words: WORDS },
  arn: { type: EXECUTION },
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
