import { createHash } from 'node:crypto';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';

/** Identity of a tap: its project, its source and, for a personal one, its name. */
export interface TapKey {
  readonly project: string;
  readonly on: { readonly bus: string } | { readonly topic: string };
  readonly as?: string;
}

/** EventBridge's rules have the shortest names of all parts of a tap (EventBridge API, PutRule). */
const LONGEST_NAME = 64;

/** The name of a tap's rule and queue; the same wherever it is worked out. */
export function tapNameOf({ project, on, as }: TapKey): string {
  const source = 'bus' in on ? `bus-${busNameOf(on.bus)}` : `topic-${topicNameOf(on.topic)}`;
  const name = ['coalmine', project, source, ...(as === undefined ? [] : [as])]
    .join('-')
    .replace(/[^A-Za-z0-9_-]/g, '-');
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST_NAME - 9)}-${hash}`;
}
