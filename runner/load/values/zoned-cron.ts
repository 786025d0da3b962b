import { cronDoubt, cronFault } from '../../core/schedule/cron.ts';
import type { ScheduleFault } from '../../core/schedule/cron-fields.ts';
import { timezoneFault } from '../../core/schedule/time-zone.ts';
import type { Issue } from '../yaml/diagnostics.ts';
import { type Reader, text } from '../yaml/reader.ts';

/** A cron expression, with a warning of a doubtful one. */
export const readCron: Reader<string> = (one, report, key) => {
  const value = text((given) => ruled(cronFault(given)))(one, report, key);
  const doubt = value === undefined ? undefined : ruled(cronDoubt(value));
  if (doubt !== undefined) report.warning(one.at, doubt);
  return value;
};

export const readTimezone: Reader<string> = text((value) => ruled(timezoneFault(value)));

function ruled(fault: ScheduleFault | undefined): Issue | undefined {
  return fault === undefined ? undefined : { rule: 'schedule', ...fault };
}
