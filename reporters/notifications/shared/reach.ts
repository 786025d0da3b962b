import type * as resources from '../../../runner/core/aws/resources/table.ts';
import type { AwsNotifier, HttpNotifier } from './notifier.ts';
import { poster } from './post.ts';

/** The way by HTTP. A bundle without a notifier that imports it holds no HTTP client. */
export const http: HttpNotifier['reach'] = { by: 'http', means: (ports) => ({ post: poster(ports) }) };

/** The way by the AWS SDK, to a resource that the channel's address names. */
export function aws(on: {
  readonly resource: keyof typeof resources;
  readonly action: string;
}): AwsNotifier['reach'] {
  return { by: 'aws', ...on, means: ({ clientOf }) => ({ clientOf }) };
}
