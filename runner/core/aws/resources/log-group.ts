import { nameInArn, type Resource } from './resource.ts';

const SERVICE = 'logs';
const TYPE = 'log-group:';

/** A log group of CloudWatch Logs. */
export const logGroup = {
  name: 'logGroup',
  label: 'log group',
  service: SERVICE,
  names: {
    pattern: /[\w/.#-]{1,512}/,
    character: /[\w/.#-]/,
    words: '1 to 512 letters, digits, _, -, /, . and #',
  },
  arn: { type: TYPE, name: /[\w/.#-]{1,512}(?::\*)?/ },
  // All actions but tagging are allowed by the ARN that ends in :* (CloudWatch Logs API, LogGroup).
  policyEnding: ':*',
} as const satisfies Resource;

/** The name in a log group's ARN, or the name itself. */
export function logGroupNameOf(nameOrArn: string): string {
  return nameInArn(SERVICE, TYPE, nameOrArn).replace(/:\*$/, '');
}
