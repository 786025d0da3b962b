import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'kinesis';
const TYPE = 'stream/';

/** A data stream of Kinesis. */
export const stream = {
  name: 'stream',
  label: 'stream',
  service: SERVICE,
  names: {
    pattern: /[\w.-]{1,128}/,
    character: /[\w.-]/,
    words: '1 to 128 letters, digits, _, . and -',
  },
  arn: { type: TYPE },
} as const satisfies Resource;

/** The name in a stream's ARN, or the name itself. */
export function streamNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn);
}
