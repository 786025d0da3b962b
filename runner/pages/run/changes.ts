import type { ChangesBefore } from '../../core/model/change.ts';
import { moreChanges, moreUnread } from '../../core/report/format-changes.ts';
import { type Html, html } from '../base/html.ts';
import { moment } from '../base/time.ts';

/** A line on the time between a last pass and a first failure. */
export interface ChangeItem {
  readonly label: 'Changed' | 'Unknown';
  readonly text: Html;
}

/** Changes before a failure, the newest first, then each resource that may have changed, with the reason why it could not be read. */
export function changeItems({
  fromMs,
  changes,
  unread,
  omitted = { changes: 0, unread: 0 },
}: ChangesBefore): readonly ChangeItem[] {
  if (changes.length + unread.length === 0)
    return [
      {
        label: 'Changed',
        text: html`nothing that the canary names since its last pass, as far as AWS shows`,
      },
    ];
  return [
    ...changes.map(({ atMs, resource, what }) => ({
      label: 'Changed' as const,
      text: html`${atMs === undefined ? html`since the pass of ${moment(fromMs)}:` : moment(atMs)} <b>${resource}</b> ${what}`,
    })),
    ...(omitted.changes === 0
      ? []
      : [{ label: 'Changed' as const, text: html`${moreChanges(omitted.changes)}` }]),
    ...unread.map(({ resource, why }) => ({
      label: 'Unknown' as const,
      text: html`changes of <b>${resource}</b>: ${why}`,
    })),
    ...(omitted.unread === 0
      ? []
      : [{ label: 'Unknown' as const, text: html`${moreUnread(omitted.unread)}` }]),
  ];
}
