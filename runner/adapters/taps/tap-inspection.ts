import { isDeepStrictEqual } from 'node:util';
import { feedNameOf } from '../../core/aws/feed.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import type { AwsClients } from '../aws/clients.ts';
import { unlessMissing } from '../aws/errors.ts';
import { type FilledQueue, type Filler, letsIn, readFiller, readQueue } from './tap-filler.ts';

export interface InspectedTap {
  readonly clients: AwsClients;
  readonly on: TapDefinition['on'];
  readonly queueUrl: string;
  /** The ARN whose region and account the queue has, if its URL does not name them. */
  readonly at: string;
  /** The name of its rule, or the ARN of its subscription if that is known. */
  readonly filler: string | undefined;
  /** The expected pattern. */
  readonly wanted: { readonly pattern: Json | undefined };
  /** The remedy at the end of an error. */
  readonly remedy: string;
}

/**
 * Checks every part of the route from a bus or topic into a tap's queue. Nothing is sent.
 * @throws ObserverError that names what is missing; errors of the AWS clients.
 */
export async function inspectTap(tap: InspectedTap): Promise<void> {
  const { clients, on, queueUrl, at, remedy } = tap;
  const queue = await unlessMissing(async () => readQueue(queueUrl, { clients, at }));
  const filler =
    queue === undefined
      ? undefined
      : await readFiller({ on, filler: tap.filler, queueArn: queue.arn }, { clients });
  const fault = queue === undefined ? 'has no queue' : faultOf(tap, queue, filler);
  if (fault === undefined) return;
  throw new ObserverError(`The tap on ${feedNameOf(on)} ${fault}. ${remedy}`, { permanent: true });
}

function faultOf(
  { on, wanted }: InspectedTap,
  { policy, delaySeconds }: FilledQueue,
  filler: Filler | undefined,
): string | undefined {
  if (filler === undefined) return `has no ${word(on)}`;
  const { isOn, isAimed, arn, pattern } = filler;
  if (!isOn) return 'bus' in on ? `is switched off (rule ${arn.split('/').at(-1)})` : 'is not confirmed';
  if (!isAimed) return `does not lead to its queue: its ${word(on)} has another target, or none`;
  if (!letsIn(policy, arn)) return `cannot be filled: the policy of its queue does not let in ${arn}`;
  if (delaySeconds > 0) return `delays all by ${delaySeconds} s (DelaySeconds of its queue)`;
  if (isDeepStrictEqual(pattern, wanted.pattern)) return undefined;
  return `lets through ${JSON.stringify(pattern ?? {})}, and the project file says ${JSON.stringify(wanted.pattern ?? {})}`;
}

function word(on: TapDefinition['on']): string {
  return 'bus' in on ? 'rule' : 'subscription';
}
