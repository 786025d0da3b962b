import { sayDuration } from '../core/duration.ts';
import { nextSlotMs } from '../core/schedule.ts';
import type { LoadedCanary } from '../load/index.ts';
import { EXIT, type Io } from './io.ts';
import { select, sound, tagged } from './selection.ts';

/** `coalmine list`: what there is, when it is next due, where it runs, who owns it. */
export async function list(
  paths: readonly string[],
  { tag, nowMs }: { readonly tag: readonly string[]; readonly nowMs: number },
  io: Io,
): Promise<number> {
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  const rows = tagged(canaries, tag).map((one) => row(one, nowMs));
  const table = [['CANARY', 'SCHEDULE', 'NEXT', 'ENVIRONMENTS', 'TAGS', 'OWNER', 'FILE'], ...rows];
  const widths = (table[0] as readonly string[]).map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd();
  io.stdout.write(`${table.map(line).join('\n')}\n`);
  return EXIT.good;
}

function row({ canary, project }: LoadedCanary, nowMs: number): readonly string[] {
  const { name, schedule, only, tags, owner, source } = canary;
  const environments = only ?? project.environments.map((one) => one.name);
  if (schedule === undefined)
    return [name, 'on demand', '-', environments.join(','), tags.join(',') || '-', owner, source];
  const every =
    'everyMs' in schedule
      ? `every ${sayDuration(schedule.everyMs)}`
      : `${schedule.cron} ${schedule.timezone}`;
  const slotAtMs = nextSlotMs(schedule, name, nowMs);
  const next = slotAtMs === undefined ? 'never' : new Date(slotAtMs).toISOString().replace('.000Z', 'Z');
  return [name, every, next, environments.join(','), tags.join(',') || '-', owner, source];
}
