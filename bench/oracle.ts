import type { Schedule } from '../runner/core/model/canary.ts';
import { countSlots, slotsBetween } from '../runner/core/schedule/schedule.ts';
import { changesOf, SHAPES, scanAround, slotsByScan } from '../test/support/minute-oracle.ts';

/** `npm run oracle`: every zone, every change of its clocks from 2024 to 2030, every shape of schedule, minute by minute. */
const FROM_MS = Date.UTC(2024, 0, 1);
const UNTIL_MS = Date.UTC(2031, 0, 1);
/** Changes of years past that no rule of these years repeats: a day left out, a day lived twice, odd offsets. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Pacific/Fakaofo', '2011-12-30T10:00Z'],
  ['Pacific/Kwajalein', '1993-08-21T12:00Z'],
  ['Pacific/Enderbury', '1994-12-31T11:00Z'],
  ['Pacific/Kiritimati', '1994-12-31T10:00Z'],
  ['Asia/Pyongyang', '2015-08-14T15:00Z'],
  ['America/Caracas', '2007-12-09T07:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30Z'],
  ['Antarctica/Troll', '2016-03-27T01:00Z'],
];

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const startedAtMs = performance.now();
let [changes, still, windows, slots] = [0, 0, 0, 0];
const disagreements: string[] = [];

for (const zone of zones) {
  const found = changesOf(zone, FROM_MS, UNTIL_MS);
  changes += found.length;
  // In a zone without clock changes any day will do.
  if (found.length === 0) still += 1;
  for (const atMs of found.length === 0 ? [FROM_MS + 59 * 86_400_000] : found) compare(zone, atMs);
}
for (const [zone, at] of SPECIAL) compare(zone, Date.parse(at));

function compare(zone: string, atMs: number): void {
  const scan = scanAround(zone, atMs);
  for (const cron of SHAPES) {
    const schedule: Schedule = { cron, timezone: zone, jitterMs: 0, overlap: 'skip', catchUp: 'latest' };
    const expected = slotsByScan(cron, scan);
    const planned = slotsBetween(schedule, 'oracle', scan.fromMs, scan.untilMs);
    const counted = countSlots(schedule, 'oracle', scan.fromMs, scan.untilMs);
    windows += 1;
    slots += expected.length;
    if (counted === expected.length && String(planned) === String(expected)) continue;
    disagreements.push(`${zone} ${new Date(atMs).toISOString()} ${cron}`);
  }
}

const agreed = windows - disagreements.length;
process.stdout.write(
  `${zones.length} zones (${still} whose clocks are not changed), ${changes} changes 2024-2030 and ${SPECIAL.length} older ones, ${SHAPES.length} shapes\n` +
    `${windows} windows, ${slots} slots: ${agreed} agree, ${disagreements.length} do not (${((100 * agreed) / windows).toFixed(3)} %), ` +
    `${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s, tz ${process.versions.tz}\n`,
);
for (const one of disagreements.slice(0, 20)) process.stdout.write(`  ${one}\n`);
process.exitCode = disagreements.length === 0 ? 0 : 1;
