import { arnIn, nameInArn, type Resource } from './resource.ts';

const SERVICE = 'sqs';
const TYPE = '';

/** A queue of SQS, given by its name, its ARN or its URL, which may be of another account. */
export const queue = {
  name: 'queue',
  label: 'queue',
  service: SERVICE,
  names: {
    pattern: /[\w-]{1,75}\.fifo|[\w-]{1,80}/,
    character: /[\w.-]/,
    words: '1 to 80 letters, digits, - and _, perhaps with .fifo at the end',
  },
  own: /^coalmine-(?:.*-)?(?:(?:bus|topic)-.+|(?:RunQueue|RunDlq|TickDlq|TapDlq|(?:Bus|Topic)Tap\d+Queue)-\w+)$/,
  arn: { type: TYPE },
  policyArn: (nameOrUrl: string, here: string): string => {
    const [, host = '', account, name = nameOrUrl] =
      /^https?:\/\/([^/]+)\/(?:.*\/)?(\d{12})\/([^/]+)$/.exec(nameOrUrl) ?? [];
    const region = host.split('.').find((label) => /^[a-z]+(?:-[a-z]+)+-\d+$/.test(label)) ?? here;
    return arnIn(queue, name, account === undefined ? { region } : { region, account });
  },
} as const satisfies Resource;

/** The name in a queue's URL or ARN, or the name itself. */
export function queueNameOf(address: string): string {
  return nameInArn(SERVICE, TYPE, address).replace(/^https?:\/\/[^/]+\/(?:.*\/)?/, '');
}

/** True for a name that suggests a queue without other readers: a dead-letter queue, or one for canaries. */
export function isForCanaries(name: string): boolean {
  return /dlq|dead|canary|coalmine/i.test(name);
}
