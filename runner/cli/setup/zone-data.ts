import { versions } from 'node:process';
import type { Canary } from '../../core/model/canary.ts';
import type { Project } from '../../core/model/project.ts';
import { isOldZoneData, zoneDataDays } from '../../core/schedule/zone-data.ts';
import type { ConcernedFinding } from '../../doctor/question/finding.ts';

/** The version of the time-zone data in this Node. */
export const ZONE_DATA: string = versions['tz'] ?? 'of an unknown version';

/** A finding on the age of the time-zone data, if a schedule or a maintenance window of the fleet depends on it. */
export function zoneDataFindings(
  { canaries, project }: { readonly canaries: readonly Canary[]; readonly project: Project },
  nowMs: number,
  version: string = ZONE_DATA,
): readonly ConcernedFinding[] {
  const schedules = canaries.flatMap(({ schedule }) =>
    schedule !== undefined && 'timezone' in schedule ? [schedule.timezone] : [],
  );
  const zones = [...schedules, ...project.maintenance.map(({ timezone }) => timezone)];
  if (zones.every((zone) => zone === 'UTC')) return [];
  if (!isOldZoneData(version, nowMs)) return [{ level: 'fine', what: `time-zone data ${version}` }];
  const days = zoneDataDays(version, nowMs);
  const age = days === undefined ? '' : `, about ${Math.round(days / 30)} months old by its name`;
  return [
    {
      level: 'doubt',
      what: `the time-zone data of this Node are ${version}${age}`,
      why: 'Newer data may exist, and a zone whose rules changed since is planned at its old time.',
      todo: 'Compare with iana.org/time-zones, and update Node (docs/guide/watching.md, Time zones).',
    },
  ];
}
