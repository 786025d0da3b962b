import type { MaintenanceWindow } from '../model/project.ts';
import { nextCronMs } from './slots.ts';

/** The properties of a canary that windows select by. */
export interface Maintained {
  readonly canary: string;
  readonly tags: readonly string[];
}

/** The first window that contains a moment for a canary, if there is one. A pure function of the moment. */
export function inMaintenance(
  windows: readonly MaintenanceWindow[],
  maintained: Maintained,
  atMs: number,
): MaintenanceWindow | undefined {
  return windows.find((window) => concerns(window, maintained) && isOpen(window, atMs));
}

/** The end of the windows that contain a moment for a canary, epoch milliseconds; undefined outside of all. */
export function maintenanceUntilMs(
  windows: readonly MaintenanceWindow[],
  maintained: Maintained,
  atMs: number,
): number | undefined {
  const ends = windows.flatMap((window) =>
    concerns(window, maintained) && isOpen(window, atMs)
      ? [(nextCronMs(window, atMs - window.forMs) as number) + window.forMs]
      : [],
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** The begins and ends of a window that has not ended at a moment, the earliest first; epoch milliseconds. */
export function windowsAhead(
  window: MaintenanceWindow,
  atMs: number,
  most: number,
): readonly { readonly fromMs: number; readonly untilMs: number }[] {
  const ahead: { readonly fromMs: number; readonly untilMs: number }[] = [];
  let fromMs = nextCronMs(window, atMs - window.forMs);
  while (fromMs !== undefined && ahead.length < most) {
    ahead.push({ fromMs, untilMs: fromMs + window.forMs });
    fromMs = nextCronMs(window, fromMs);
  }
  return ahead;
}

/** True if a selector of a window matches a canary. */
export function selects(selector: string, { canary, tags }: Maintained): boolean {
  return selector.startsWith('tag:') ? tags.includes(selector.slice('tag:'.length)) : selector === canary;
}

/** True if a window mutes a canary's notices. */
export function concerns({ canaries }: MaintenanceWindow, maintained: Maintained): boolean {
  return canaries === undefined || canaries.some((selector) => selects(selector, maintained));
}

/** A window is open from its slot to before its end: a slot lies within its length before the moment. */
function isOpen(window: MaintenanceWindow, atMs: number): boolean {
  const startMs = nextCronMs(window, atMs - window.forMs);
  return startMs !== undefined && startMs <= atMs;
}
