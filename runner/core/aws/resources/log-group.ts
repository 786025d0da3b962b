import { nameInArn, type Resource } from './resource.ts';

/** A log group of CloudWatch Logs. */
export const logGroup = {
  name: 'logGroup',
  label: 'log group',
  service: 'logs',
  arn: { type: 'log-group:', name: /[^:]+(?::\*)?/ },
  // All actions but tagging are allowed by the ARN that ends in :* (CloudWatch Logs API, LogGroup).
  policyEnding: ':*',
} as const satisfies Resource;

/** The name in a log group's ARN, or the name itself. */
export function logGroupNameOf(nameOrArn: string): string {
  return nameInArn(logGroup, nameOrArn).replace(/:\*$/, '');
}
