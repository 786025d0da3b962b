import type { FleetRow } from '../../core/fleet/fleet-view.ts';
import { shortMoment } from './moment.ts';

/** Since when a canary is in its state: `since 09:12`; empty if that is not known. */
export function since(
  { sinceMs, isSinceAtLeast }: Pick<FleetRow, 'sinceMs' | 'isSinceAtLeast'>,
  nowMs: number,
): string {
  if (sinceMs === undefined) return '';
  return `${isSinceAtLeast ? 'since before' : 'since'} ${shortMoment(sinceMs, nowMs)}`;
}
