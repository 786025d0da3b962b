import { omitUndefined } from '../base/omit-undefined.ts';
import type { IdContinuity, IdGap, IdHop } from '../model/run-result.ts';

/** A hop, with the name of its resource. */
export type NamedHop = IdHop & { readonly hop: string };

/**
 * Sums up the hops of a run's id, in the order of its steps. An act is a hop if a check follows it before the next act: without
 * one, nothing can show where its id went.
 * @returns undefined if there is no such check.
 */
export function continuityOf(all: readonly NamedHop[]): IdContinuity | undefined {
  const hops = all.filter(({ id }, at) => id !== 'sent' || (all[at + 1]?.id ?? 'sent') !== 'sent');
  if (hops.length === 0) return undefined;
  const seen = hops.filter(isThere).length;
  const unknown = hops.filter(({ id }) => id === 'unknown').length;
  const gap = gapIn(hops);
  return {
    seen,
    of: hops.length - unknown,
    hops: hops.map(withoutName),
    ...(gap === undefined ? {} : { gap }),
  };
}

/** `the id was on 6 of 7 hops; lost between topic orders and queue billing: the message has no attributes` */
export function formatContinuity({ seen, of, hops, gap }: IdContinuity): string {
  const unknown = hops.filter(({ id }) => id === 'unknown').length;
  const parts = [
    `the id was on ${seen} of ${of} ${of === 1 ? 'hop' : 'hops'}`,
    ...(gap === undefined ? [] : [formatGap(gap)]),
    ...(unknown === 0 ? [] : [`${unknown} more could not be seen`]),
  ];
  return parts.join('; ');
}

function formatGap({ after, before, lost, why }: IdGap): string {
  return lost ? `lost between ${after} and ${before}: ${why}` : `last at ${after}, and not seen at ${before}`;
}

/** A hop at which nothing was seen is one of a loss, if a later effect of the same act came without the id. */
function gapIn(hops: readonly NamedHop[]): IdGap | undefined {
  const at = hops.findIndex(({ id }) => id === 'lost' || id === 'absent');
  const first = hops[at];
  if (first === undefined) return undefined;
  const next = hops.findIndex(({ id }, index) => index > at && id === 'sent');
  const rest = hops.slice(at, next === -1 ? hops.length : next);
  const proof = rest.find(({ id }) => id === 'lost');
  const after = hops.slice(0, at).findLast(isThere) as NamedHop; // an act is before every check
  const ends = { after: after.hop, before: first.hop };
  if (proof === undefined) return { ...ends, lost: false, why: 'nothing was seen there' };
  return { ...ends, lost: true, why: `${proof === first ? '' : `${proof.hop}: `}${proof.why}` };
}

function withoutName({ stepId, id, why, foreign }: NamedHop): IdHop {
  return { stepId, id, ...omitUndefined({ why, foreign }) };
}

function isThere({ id }: IdHop): boolean {
  return id === 'sent' || id === 'seen';
}
