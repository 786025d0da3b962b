/** The schedule in a watermark, and the offset of its zone at that moment, by the time-zone data of that time. */
export interface PlannedBy {
  readonly schedule: string;
  /** Minutes; absent for a schedule that no offset changes, and in a watermark that does not have it. */
  readonly offset?: number;
}

const OFFSET = /^(.*) @(-?\d+)$/s;

/** As a watermark holds it: `0 9 * * * Europe/Berlin @60`. */
export function formatPlannedBy({ schedule, offset }: PlannedBy): string {
  return offset === undefined ? schedule : `${schedule} @${offset}`;
}

export function parsePlannedBy(text: string): PlannedBy {
  const [, schedule, offset] = OFFSET.exec(text) ?? [];
  return schedule === undefined ? { schedule: text } : { schedule, offset: Number(offset) };
}
