import type { AlertState, CanaryState } from '../alert/alert-state.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Canary } from '../model/canary.ts';
import type { Project } from '../model/project.ts';
import { maintenanceUntilMs } from '../schedule/maintenance-window.ts';
import { nextSlotMs, notBeforeMs, turnsAfter } from '../schedule/schedule.ts';
import { isAhead } from '../store/clock-ahead.ts';
import { DamagedRecordError, isMoment } from '../store/damaged.ts';
import type { AlertStore } from '../store/ports.ts';
import type { Watermark } from '../store/slots.ts';

/** The circumstances of a canary at one moment, apart from its outcomes. */
export interface Condition {
  /** The mute, if it has not ended. */
  readonly mute?: AlertState['silence'];
  readonly maintenanceUntilMs?: number;
  /** Moment of the next run; absent if there will be none. */
  readonly nextMs?: number;
  /** Moment at which a slot was due that no runner began. */
  readonly overdueSinceMs?: number;
  /** Moment up to which it is planned, if that is so far ahead that the clock which planned it was wrong. */
  readonly plannedToMs?: number;
  /** The explanation of alerts whose record cannot be read, so that open incidents are not known. */
  readonly damaged?: string;
}

/** A tick a minute, and two that are late. In milliseconds. */
export const ON_TIME_MS: number = 3 * 60_000;

interface Known {
  readonly project: Pick<Project, 'maintenance'>;
  readonly nowMs: number;
  readonly state: CanaryState | undefined;
  readonly watermark: Watermark | undefined;
}

export function conditionOf(
  canary: Pick<Canary, 'name' | 'tags' | 'schedule'>,
  { project, nowMs, state, watermark }: Known,
): Condition {
  const { name, tags } = canary;
  const silence = state?.alert.silence;
  return {
    ...omitUndefined({
      mute: silence !== undefined && nowMs < silence.untilMs ? silence : undefined,
      maintenanceUntilMs: maintenanceUntilMs(project.maintenance, { canary: name, tags }, nowMs),
    }),
    ...(state?.alert.life === 'paused' ? {} : plansOf(canary, watermark, nowMs)),
  };
}

/** The next run, or what keeps it from being planned. */
function plansOf(
  { name, schedule }: Pick<Canary, 'name' | 'schedule'>,
  watermark: Watermark | undefined,
  nowMs: number,
): Condition {
  if (schedule === undefined) return {};
  const nextMs = turnsAfter(schedule, name, nowMs, 1)[0]?.notBeforeMs;
  const plannedToMs = isMoment(watermark?.toMs) ? watermark.toMs : undefined; // a damaged one is planned anew
  if (plannedToMs !== undefined && isAhead(plannedToMs, nowMs)) return { plannedToMs };
  const unplannedMs = plannedToMs === undefined ? undefined : nextSlotMs(schedule, name, plannedToMs);
  const dueMs = unplannedMs === undefined ? undefined : notBeforeMs(schedule, name, unplannedMs);
  const overdueSinceMs = dueMs !== undefined && dueMs < nowMs - ON_TIME_MS ? dueMs : undefined;
  return omitUndefined({ nextMs, overdueSinceMs });
}

/** The alerts of a canary that the list of all left out: there are none, or their record is damaged. */
export async function loadAlerts(
  name: string,
  alerts: Pick<AlertStore, 'load'>,
): Promise<{ readonly state?: CanaryState; readonly damaged?: string }> {
  try {
    return omitUndefined({ state: await alerts.load(name) });
  } catch (thrown) {
    if (!(thrown instanceof DamagedRecordError)) throw thrown;
    return {
      damaged: `${thrown.message} Open incidents and mutes are not known. They begin anew with its next run.`,
    };
  }
}
