import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'sns';
const TYPE = '';

/** A topic of SNS. */
export const topic = {
  name: 'topic',
  label: 'topic',
  service: SERVICE,
  names: {
    pattern: /[\w-]{1,251}\.fifo|[\w-]{1,256}/,
    character: /[\w.-]/,
    words: '1 to 256 letters, digits, - and _, perhaps with .fifo at the end',
  },
  arn: { type: TYPE },
} as const satisfies Resource;

/** The name in a topic's ARN, or the name itself. */
export function topicNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn);
}
