import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'events';
const TYPE = 'event-bus/';

/** An event bus of EventBridge. `default` is the account's own. */
export const bus = {
  name: 'bus',
  label: 'bus',
  service: SERVICE,
  names: {
    pattern: /[\w./-]{1,256}/,
    character: /[\w./-]/,
    words: '1 to 256 letters, digits, ., /, - and _',
  },
  arn: { type: TYPE },
  refused: {
    arn: /:event-busv2\//,
    message: 'this is a bus of the second kind (event-busv2)',
    hint: 'name a classic bus; the AWS SDK has no client for the other',
  },
} as const satisfies Resource;

/** The name in a bus's ARN, or the name itself. */
export function busNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn);
}
