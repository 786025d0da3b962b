import { partOf } from '../measure/part.ts';
import { NO_PROC, usedBy } from '../measure/proc.ts';
import { namesOf } from '../measure/project.ts';
import { seconds, whileWatching } from '../measure/watching.ts';

/** The checks of a day by 100 canaries a minute. */
const A_DAY = 100 * 24 * 60;

/** `coalmine watch` all day: CPU and writes of a real process in windows of time, ticks included. */
export const watch = partOf({
  name: 'watch',
  about: '`coalmine watch` with 100 canaries a minute: CPU and bytes written for a check',
  unavailable: NO_PROC,
  figures: {
    cpu: {
      name: '`coalmine watch`, 100 canaries a minute: CPU for a check',
      unit: 'ms',
      atMost: 1.7,
      missed: {
        cause: 'two commits have a third, and V8 optimizes little of what runs twice a second',
        best: 3.2,
      },
    },
    written: {
      name: '`coalmine watch`, 100 canaries a minute: written in a day',
      unit: 'GB',
      atMost: 1,
      missed: {
        cause: 'a run commits twice, 24 pages of 512 bytes in all, and the disk takes whole blocks of 4 kB',
        best: 3.28,
      },
    },
    memory: { name: '`coalmine watch`, 100 canaries a minute: resident memory', unit: 'MB' },
  },
  sizes: {
    full: { canaries: 100, everySeconds: 60, warmSeconds: 5, windows: 7, windowSeconds: 60 },
    // Less of the ticks falls to each check: better than the figure of a whole day.
    quick: { canaries: 100, everySeconds: 10, warmSeconds: 12, windows: 3, windowSeconds: 20 },
    tiny: { canaries: 2, everySeconds: 10, warmSeconds: 0, windows: 1, windowSeconds: 11 },
  },
  measure: async ({ canaries, everySeconds, warmSeconds, windows, windowSeconds }) =>
    whileWatching({ names: namesOf(canaries), everySeconds }, async ({ pid, arrivals }) => {
      const measured = { cpu: [] as number[], written: [] as number[], memory: [] as number[] };
      await arrivals(canaries); // loading, and the first run of each canary, are no part of a day
      await seconds(warmSeconds);
      await arrivals(0);
      for (let n = 0; n < windows; n += 1) {
        const before = usedBy(pid);
        await seconds(windowSeconds);
        const checks = (await arrivals(1)).length;
        const { cpuMs, bytesWritten, residentKilobytes } = usedBy(pid);
        measured.cpu.push((cpuMs - before.cpuMs) / checks);
        measured.written.push((((bytesWritten - before.bytesWritten) / checks) * A_DAY) / 1e9);
        measured.memory.push(residentKilobytes / 1_000);
      }
      return measured;
    }),
});
