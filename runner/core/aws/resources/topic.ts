import { nameInArn, type Resource } from './resource.ts';

/** A topic of SNS. */
export const topic = {
  name: 'topic',
  label: 'topic',
  service: 'sns',
  arn: { type: '' },
} as const satisfies Resource;

/** The name in a topic's ARN, or the name itself. */
export function topicNameOf(nameOrArn: string): string {
  return nameInArn(topic, nameOrArn);
}
