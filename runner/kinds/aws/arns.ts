import type { InputFault } from '../kind.ts';

const STATE_MACHINE = /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[^:]+(?::[^:]+)?$/;
const EXECUTION = /^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/;
const EXPRESS = /^arn:[\w-]+:states:[\w-]+:\d{12}:express:/;

/** Resources addressed by a name or by an ARN: the form of their ARNs, and an example. */
const NAMED = {
  table: {
    arn: /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[^/:]+$/,
    example: 'dynamodb:<region>:<account>:table/<name>',
  },
  queue: { arn: /^arn:[\w-]+:sqs:[\w-]+:\d{12}:[^:]+$/, example: 'sqs:<region>:<account>:<name>' },
  topic: { arn: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[^:]+$/, example: 'sns:<region>:<account>:<name>' },
  bus: {
    arn: /^arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/[^:]+$/,
    example: 'events:<region>:<account>:event-bus/<name>',
  },
  function: {
    arn: /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[^:]+(?::[^:]+)?$/,
    example: 'lambda:<region>:<account>:function:<name>',
  },
  logGroup: {
    arn: /^arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:[^:]+(?::\*)?$/,
    example: 'logs:<region>:<account>:log-group:<name>',
  },
} as const;

/** The fault of an address that may be a name or an ARN: it is the ARN of something else. */
export function arnFault(key: keyof typeof NAMED, address: string): readonly InputFault[] {
  const { arn, example } = NAMED[key];
  if (!address.startsWith('arn:') || address.includes('${') || arn.test(address)) return [];
  const what = key === 'logGroup' ? 'log group' : key;
  return [
    {
      key,
      message: `'${address}' is not the ARN of a ${what}`,
      hint: `write its name, or arn:aws:${example}`,
    },
  ];
}

/** The fault of the name or ARN of an event bus. */
export function busFaults(bus: string): readonly InputFault[] {
  if (!bus.includes(':event-busv2/')) return arnFault('bus', bus);
  return [
    {
      key: 'bus',
      message: 'this is a bus of the second kind (event-busv2)',
      hint: 'name a classic bus; the AWS SDK has no client for the other',
    },
  ];
}

/** The fault of an address that must be the ARN of a topic. */
export function topicFaults(topic: string): readonly InputFault[] {
  if (/^arn:|\$\{/.test(topic)) return arnFault('topic', topic);
  return [
    {
      key: 'topic',
      message: `'${topic}' is not the ARN of a topic`,
      hint: 'SNS publishes by ARN: arn:aws:sns:<region>:<account>:<name>',
    },
  ];
}

/** The fault of an address that must be the ARN of a state machine; it may hold values that are known only in a run. */
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

/** The fault of an address that must be the ARN of an execution with a readable state. */
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
