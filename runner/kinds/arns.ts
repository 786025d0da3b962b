import type { InputFault } from './kind.ts';

const STATE_MACHINE = /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[^:]+(?::[^:]+)?$/;
const EXECUTION = /^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/;
const EXPRESS = /^arn:[\w-]+:states:[\w-]+:\d{12}:express:/;

/** What is wrong with an address that must be the ARN of a state machine; values that only a run knows may stand in it. */
export function stateMachineFault(key: string, arn: string): readonly InputFault[] {
  if (arn.includes('${') || STATE_MACHINE.test(arn)) return [];
  return [
    {
      key,
      message: `'${arn}' is not the ARN of a state machine`,
      hint: 'Step Functions takes ARNs only: arn:aws:states:<region>:<account>:stateMachine:<name>',
    },
  ];
}

/** What is wrong with an address that must be the ARN of an execution whose state can be read. */
export function executionFault(key: string, arn: string): readonly InputFault[] {
  if (EXPRESS.test(arn)) {
    return [
      {
        key,
        message: 'this is an Express execution, whose state Step Functions does not tell',
        hint: 'expect the event, item or log line that the workflow leaves behind',
      },
    ];
  }
  if (arn.includes('${') || EXECUTION.test(arn)) return [];
  return [
    {
      key,
      message: `'${arn}' is not the ARN of an execution`,
      hint: 'save it from startExecution: execution: response.executionArn',
    },
  ];
}
