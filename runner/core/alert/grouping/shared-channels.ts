import type { AlertPolicy } from '../../model/canary.ts';
import type { Project } from '../../model/project.ts';
import { fallbacksIn } from '../outbox/outbox.ts';

/** Number of canaries that can flood a channel with one fault. */
const MANY = 3;

/** The channels that at least three canaries may notify, as operators and fallbacks too. */
export function sharedChannels(
  policies: readonly Pick<AlertPolicy, 'to'>[],
  { operators, channels }: Pick<Project, 'operators' | 'channels'>,
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { to } of policies) {
    const named = [...to, ...operators];
    const reached = new Set(named.flatMap((name) => [name, ...fallbacksIn({ channels }, name)]));
    for (const name of reached) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= MANY).map(([name]) => name));
}
