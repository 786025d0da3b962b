import { writeDuration } from '../../../core/base/duration.ts';
import { visibleJson } from '../../../core/base/format.ts';
import type { Canary, Schedule } from '../../../core/model/canary.ts';
import { inMaintenance } from '../../../core/schedule/maintenance-window.ts';
import { nextSlotMs, notBeforeMs } from '../../../core/schedule/schedule.ts';
import type { LoadedCanary } from '../../../load/index.ts';
import { readClock } from '../../output/local-time.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { select, sound, tagged } from '../../setup/selection.ts';

export interface ListOptions {
  readonly tag: readonly string[];
  readonly format: 'text' | 'json';
}

/** Present time and time zone of the reader. */
export interface ReaderPlace {
  readonly nowMs: number;
  readonly timezone: string;
}

const RUNS_SHOWN = 3;
const WIDTH = 80; // columns of a terminal

/** `coalmine list`: the canaries, their next runs, and their maintenance windows. */
export async function list(
  paths: readonly string[],
  { tag, format }: ListOptions,
  io: Io,
  here: ReaderPlace,
): Promise<number> {
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  const rows = tagged(canaries, tag).map((one) => rowOf(one, here.nowMs));
  const text =
    format === 'json'
      ? visibleJson({ now: iso(here.nowMs), canaries: rows.map(jsonOf) }, 2)
      : [headOf(rows, here), ...rows.map((row) => formatRow(row, here))].join('\n\n');
  io.stdout.write(`${text}\n`);
  return EXIT.good;
}

interface Row {
  readonly canary: Canary;
  readonly environments: readonly string[];
  readonly next: readonly { readonly slotAtMs: number; readonly notBeforeMs: number }[];
  /** The reason of the present maintenance, if any. */
  readonly maintenance: string | undefined;
}

function rowOf({ canary, project }: LoadedCanary, nowMs: number): Row {
  const { name, tags, only, schedule } = canary;
  return {
    canary,
    environments: only ?? project.environments.map((one) => one.name),
    next: schedule === undefined ? [] : nextRuns(schedule, name, nowMs),
    maintenance: inMaintenance(project.maintenance, { canary: name, tags }, nowMs)?.reason,
  };
}

function nextRuns(schedule: Schedule, canary: string, nowMs: number): Row['next'] {
  const next: Row['next'][number][] = [];
  let slotAtMs = nextSlotMs(schedule, canary, nowMs - notBeforeMs(schedule, canary, 0));
  while (slotAtMs !== undefined && next.length < RUNS_SHOWN) {
    next.push({ slotAtMs, notBeforeMs: notBeforeMs(schedule, canary, slotAtMs) });
    slotAtMs = nextSlotMs(schedule, canary, slotAtMs);
  }
  return next;
}

function jsonOf({ canary, environments, next, maintenance }: Row): Readonly<Record<string, unknown>> {
  const { name, tags, owner, schedule, source } = canary;
  return {
    name,
    tags,
    owner,
    environments,
    file: source,
    schedule: schedule ?? null,
    next: next.map((one) => ({ slotAt: iso(one.slotAtMs), notBefore: iso(one.notBeforeMs) })),
    maintenance: maintenance === undefined ? null : { reason: maintenance },
  };
}

function headOf(rows: readonly Row[], { nowMs, timezone }: ReaderPlace): string {
  const many = rows.length === 1 ? '1 canary' : `${rows.length} canaries`;
  const { day, time } = readClock(nowMs, timezone);
  return `${many}. It is ${day} ${time} in ${timezone}.`;
}

function formatRow({ canary, environments, next, maintenance }: Row, here: ReaderPlace): string {
  const { name, tags, owner, source, schedule } = canary;
  const when = schedule === undefined ? 'on demand' : formatSchedule(schedule);
  return [
    tags.length === 0 ? name : `${name}  (${tags.join(', ')})`,
    ...line('runs', [when]),
    ...line('next', formatNext(next, here)),
    ...line('now', maintenance === undefined ? [] : [`in maintenance: ${maintenance}`]),
    ...line('in', [environments.join(', '), `owner ${owner}`, source]),
  ].join('\n');
}

/** `every 5m, jitter 30s`, `cron 0 6 * * MON (Europe/Berlin)`: in the words of the file. */
function formatSchedule(schedule: Schedule): string {
  const { jitterMs, overlap, catchUp } = schedule;
  return [
    'everyMs' in schedule
      ? `every ${writeDuration(schedule.everyMs)}`
      : `cron ${schedule.cron} (${schedule.timezone})`,
    ...(jitterMs === 0 ? [] : [`jitter ${writeDuration(jitterMs)}`]),
    ...(overlap === 'skip' ? [] : [`overlap ${overlap}`]),
    ...(catchUp === 'latest' ? [] : [`catchUp ${catchUp}`]),
  ].join(', ');
}

/** The local time of each run, with its day if that differs from the one before, and the time until then. */
function formatNext(next: Row['next'], { nowMs, timezone }: ReaderPlace): readonly string[] {
  const days = [nowMs, ...next.map((one) => one.notBeforeMs)].map((atMs) => readClock(atMs, timezone).day);
  return next.map(({ notBeforeMs: atMs }, index) => {
    const { day, time } = readClock(atMs, timezone);
    return `${day === days[index] ? '' : `${day} `}${time} (${formatUntil(atMs - nowMs)})`;
  });
}

function formatUntil(ms: number): string {
  if (ms < 90_000) return `in ${Math.round(ms / 1_000)} s`;
  if (ms < 90 * 60_000) return `in ${Math.round(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `in ${Math.round(ms / 3_600_000)} h`;
  return `in ${Math.round(ms / 86_400_000)} days`;
}

/** A label and its parts, on as many lines as needed. */
function line(label: string, parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= WIDTH)
      lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(`  ${(lines.length === 0 ? label : '').padEnd(5)} ${part}`);
  }
  return lines;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
