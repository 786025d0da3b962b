import type { MaintenanceWindow } from '../model/project.ts';
import { nextCronMs } from './slots.ts';

/** A canary as windows see it. */
export interface Maintained {
  readonly canary: string;
  readonly tags: readonly string[];
}

/** The first window in which a moment lies for a canary, if there is one. It depends on nothing but the moment. */
export function inMaintenance(
  windows: readonly MaintenanceWindow[],
  maintained: Maintained,
  atMs: number,
): MaintenanceWindow | undefined {
  return windows.find((window) => concerns(window, maintained) && isOpen(window, atMs));
}

/** When the windows in which a moment lies for a canary have ended, epoch milliseconds; undefined outside of all. */
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

/** Whether a part of a window's `canaries` means a canary. */
export function selects(selector: string, { canary, tags }: Maintained): boolean {
  return selector.startsWith('tag:') ? tags.includes(selector.slice('tag:'.length)) : selector === canary;
}

function concerns({ canaries }: MaintenanceWindow, maintained: Maintained): boolean {
  return canaries === undefined || canaries.some((selector) => selects(selector, maintained));
}

/** A window is open from its slot to before its end: at a moment, if a slot lies not longer ago than it lasts. */
function isOpen(window: MaintenanceWindow, atMs: number): boolean {
  const startMs = nextCronMs(window, atMs - window.forMs);
  return startMs !== undefined && startMs <= atMs;
}
