import { systemClock } from '../../../adapters/runtime/system-clock.ts';
import { formatSecond } from '../../../core/base/format.ts';
import { type AheadRecord, formatMoment } from '../../../core/store/clock-ahead.ts';
import { resetClock } from '../../../engine/schedule/reset-clock.ts';
import { whileHeld } from '../../../engine/schedule/state-lease.ts';
import { settingsFrom } from '../../../settings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type ReadOptions, withOwnState } from '../../setup/with-store.ts';

export interface ResetClockOptions extends ReadOptions {
  readonly dryRun?: boolean;
}

/** `coalmine state reset-clock`: brings back what a clock that was ahead planned, leased and decided. */
export async function resetClockOf(
  paths: readonly string[],
  options: ResetClockOptions,
  io: Io,
  clock = systemClock(),
): Promise<number> {
  return withOwnState(paths, options, io, async (store) => {
    const { owner } = settingsFrom(io.env, io.who).settings;
    const { dryRun = false } = options;
    const waiting = (by: string): void =>
      void io.stderr.write(`Waiting for ${by}, which holds this state or did until it died.\n`);
    const reset = async (): Promise<number> => {
      const nowMs = clock.nowMs();
      const found = await resetClock(store, { nowMs, writer: `${owner} reset-clock ${nowMs}`, dryRun });
      io.stdout.write(formatReset(found, nowMs, dryRun));
      return EXIT.good;
    };
    if (dryRun) return reset();
    // A watcher whose clock is ahead would plan ahead again.
    return whileHeld({ leases: store.leases, clock, owner, waiting }, reset, { evenAhead: true });
  });
}

function formatReset(found: readonly AheadRecord[], nowMs: number, dryRun: boolean): string {
  const now = `It is ${formatSecond(nowMs)} by this machine's clock.`;
  if (found.length === 0) return `${now} No record of the state lies ahead of that.\n`;
  const count = found.length === 1 ? '1 record' : `${found.length} records`;
  const lines = found.map(({ kind, name, atMs }) => `  ${name}: ${FOUND[kind]} ${formatMoment(atMs)}`);
  const end = dryRun
    ? `${count} would be reset; nothing was changed.`
    : `${count} ${found.length === 1 ? 'was' : 'were'} reset to now.`;
  return `${[now, ...lines, end].join('\n')}\n`;
}

const FOUND: Readonly<Record<AheadRecord['kind'], string>> = {
  watermark: 'slots planned up to',
  slot: 'a slot or its lease at',
  alerts: 'alerts up to',
  cleanup: 'a pending cleanup of',
};
