import { formatSecond } from '../base/format.ts';
import type { ChangesBefore } from '../model/change.ts';

/**
 * Changes before an incident, in sentences: so many of them, and each resource that could not be read. Such a resource is never reported as
 * unchanged.
 */
export function changesLines({ changes, unread }: ChangesBefore, most = changes.length): readonly string[] {
  const more = Math.max(0, changes.length - most);
  if (changes.length + unread.length === 0)
    return ['Nothing that the canary names changed since its last pass, as far as AWS shows.'];
  return [
    ...changes
      .slice(0, most)
      .map(({ atMs, resource, what }) => `Changed at ${formatSecond(atMs)}: ${resource} ${what}.`),
    ...(more === 0 ? [] : [`And ${more} more ${more === 1 ? 'change' : 'changes'} before these.`]),
    ...unread.map(({ resource, why }) => `Changes of ${resource} are unknown: ${why}`),
  ];
}

/** Changes before an incident, for programs: moments are ISO 8601. */
export function changesJson({ fromMs, toMs, changes, unread }: ChangesBefore) {
  return {
    from: isoTime(fromMs),
    to: isoTime(toMs),
    changes: changes.map(({ atMs, ...change }) => ({ at: isoTime(atMs), ...change })),
    unread,
  };
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
