import { alarmFaults } from './check-alarms.ts';
import { noticeFaults } from './check-notices.ts';
import { slotFaults } from './check-slots.ts';
import type { Story } from './event-log.ts';

/** Every violated promise, as text; none if all are kept. */
export function faultsOf(story: Story): readonly string[] {
  return [...slotFaults(story), ...alarmFaults(story), ...noticeFaults(story)];
}
