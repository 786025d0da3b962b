import { formatSecond } from '../base/format.ts';
import type { ChangesBefore } from '../model/change.ts';

/**
 * Changes before an incident, in sentences: so many of them, and each resource that could not be read. Such a resource is never reported as
 * unchanged.
 */
export function changesLines(of: ChangesBefore, most = of.changes.length): readonly string[] {
  const { fromMs, changes, unread, omitted } = of;
  const more = Math.max(0, changes.length - most) + (omitted?.changes ?? 0);
  if (changes.length + unread.length === 0)
    return ['Nothing that the canary names changed since its last pass, as far as AWS shows.'];
  return [
    ...changes
      .slice(0, most)
      .map(({ atMs, resource, what }) => `Changed ${momentOf(atMs, fromMs)}: ${resource} ${what}.`),
    ...(more === 0 ? [] : [moreChanges(more)]),
    ...unread.map(({ resource, why }) => `Changes of ${resource} are unknown: ${why}`),
    ...(omitted === undefined || omitted.unread === 0 ? [] : [moreUnread(omitted.unread)]),
  ];
}

/** The changes that are not listed, in a sentence. */
export function moreChanges(count: number): string {
  return `And ${count} more ${count === 1 ? 'change' : 'changes'} before these.`;
}

/** The resources that could not be read and are not listed, in a sentence. */
export function moreUnread(count: number): string {
  return `Changes of ${count} more ${count === 1 ? 'resource' : 'resources'} are unknown.`;
}

function momentOf(atMs: number | undefined, fromMs: number): string {
  return atMs === undefined ? `since the pass of ${formatSecond(fromMs)}` : `at ${formatSecond(atMs)}`;
}

/** Changes before an incident, for programs: moments are ISO 8601. */
export function changesJson(of: ChangesBefore) {
  const { fromMs, toMs, changes, unread, omitted = { changes: 0, unread: 0 } } = of;
  return {
    from: isoTime(fromMs),
    to: isoTime(toMs),
    changes: changes.map(({ atMs, ...change }) => ({
      at: atMs === undefined ? null : isoTime(atMs),
      ...change,
    })),
    unread,
    omitted,
  };
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
