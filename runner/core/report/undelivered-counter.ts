import type { Reporter } from './reporter.ts';

/** Counts the notices that no channel is left for. */
export interface UndeliveredCounter extends Reporter {
  /** Takes the count since the call before. */
  take(): number;
}

/** Makes a counter that stands at zero. */
export function undeliveredCounter(): UndeliveredCounter {
  let count = 0;
  return {
    name: 'undelivered',
    onUndelivered: (notices) => {
      count += notices.length;
    },
    take: () => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
