import { alarmFaults } from './check-alarms.ts';
import { noticeFaults } from './check-notices.ts';
import { slotFaults } from './check-slots.ts';
import type { EventLog } from './event-log.ts';

/** Every violated promise, as text; none if all are kept. */
export function faultsOf(log: EventLog): readonly string[] {
  return [...slotFaults(log), ...alarmFaults(log), ...noticeFaults(log)];
}
