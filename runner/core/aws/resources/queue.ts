import { arnIn, nameInArn, type Resource } from './resource.ts';

const SERVICE = 'sqs';
const TYPE = '';

/** A queue of SQS, given by its name, its ARN or its URL, which may be of another account. */
export const queue = {
  name: 'queue',
  label: 'queue',
  service: SERVICE,
  arn: { type: TYPE },
  policyArn: (nameOrUrl: string, here: string): string => {
    const [, region = here, account, name = nameOrUrl] =
      /^https?:\/\/sqs\.([^.]+)\.[^/]+\/(\d+)\/(.+)$/.exec(nameOrUrl) ?? [];
    return arnIn(queue, name, account === undefined ? { region } : { region, account });
  },
} as const satisfies Resource;

/** The name in a queue's URL or ARN, or the name itself. */
export function queueNameOf(address: string): string {
  return nameInArn(SERVICE, TYPE, address).replace(/^https?:\/\/[^/]+\/(?:.*\/)?/, '');
}
