import { writeDuration } from '../../../core/base/duration.ts';
import { visible, visibleJson } from '../../../core/base/format.ts';
import type { Canary, Schedule } from '../../../core/model/canary.ts';
import { inMaintenance } from '../../../core/schedule/maintenance-window.ts';
import { type Turn, turnsAfter } from '../../../core/schedule/schedule.ts';
import { explainWatermark, isAhead } from '../../../core/store/clock-ahead.ts';
import type { LoadedCanary } from '../../../load/index.ts';
import { environmentOf, select, tagged } from '../../../runs/selection.ts';
import { readClock } from '../../output/local-time.ts';
import { WIDTH, wrap } from '../../output/wrap.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type Pause, type Pauses, readPauses } from '../../setup/pauses.ts';
import { sound } from '../../setup/selection.ts';
import type { ReadOptions } from '../../setup/with-store.ts';

export interface ListOptions extends ReadOptions {
  readonly tag: readonly string[];
  readonly format: 'text' | 'json';
}

/** Present time and time zone of the reader. */
export interface ReaderPlace {
  readonly nowMs: number;
  readonly timezone: string;
  /** The version of the time-zone data. */
  readonly zoneData: string;
}

const RUNS_SHOWN = 3;

/** `coalmine list`: the canaries, their next runs unless they are paused, and their maintenance windows. */
export async function list(
  paths: readonly string[],
  options: ListOptions,
  io: Io,
  here: ReaderPlace,
): Promise<number> {
  const { tag, format, env } = options;
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  const chosen = tagged(canaries, tag).filter((one) => runsIn(one, env));
  const pauses = await readPauses(chosen, options, io);
  const rows = chosen.map((one) => rowOf(one, pauses, { nowMs: here.nowMs, env }));
  const text =
    format === 'json'
      ? visibleJson({ now: iso(here.nowMs), timeZoneData: here.zoneData, canaries: rows.map(jsonOf) }, 2)
      : [headOf(rows, here), ...rows.map((row) => formatRow(row, here))].join('\n\n');
  io.stdout.write(`${text}\n`);
  return pauses.code;
}

/** @throws UsageError for an environment that its project does not have. */
function runsIn({ canary: { only }, project }: LoadedCanary, env: string | undefined): boolean {
  return env === undefined || only === undefined || only.includes(environmentOf(project, env).name);
}

interface Row {
  readonly canary: Canary;
  readonly environments: readonly string[];
  /** Empty if it has no schedule, or is paused in each of these environments that has a state. */
  readonly next: readonly Turn[];
  readonly paused: readonly Pause[];
  /** Reasons why nothing is planned, by a clock that was ahead. */
  readonly ahead: readonly string[];
  /** The reason of the present maintenance, if any. */
  readonly maintenance: string | undefined;
}

function rowOf(
  loaded: LoadedCanary,
  pauses: Pauses,
  { nowMs, env }: { readonly nowMs: number; readonly env: string | undefined },
): Row {
  const { canary, project } = loaded;
  const { name, tags, only, schedule } = canary;
  const environments = env === undefined ? (only ?? project.environments.map((one) => one.name)) : [env];
  const paused = pauses.of(loaded);
  const isPausedIn = (one: string): boolean => paused.some(({ environment }) => environment === one);
  // An environment without a state is not watched from here.
  const planned = pauses.plannedTo(loaded);
  const isAllAhead = planned.length > 0 && planned.every((atMs) => isAhead(atMs, nowMs));
  const fromMs = isAllAhead ? Math.min(...planned) : nowMs;
  const rests =
    paused.length > 0 && environments.every((one) => isPausedIn(one) || !pauses.hasState(loaded, one));
  return {
    canary,
    environments,
    paused,
    ahead: [...new Set(planned.flatMap((atMs) => explainWatermark(atMs, nowMs) ?? []))],
    next: schedule === undefined || rests ? [] : turnsAfter(schedule, name, fromMs, RUNS_SHOWN),
    maintenance: inMaintenance(project.maintenance, { canary: name, tags }, nowMs)?.reason,
  };
}

function jsonOf({
  canary,
  environments,
  next,
  paused,
  ahead,
  maintenance,
}: Row): Readonly<Record<string, unknown>> {
  const { name, tags, owner, schedule, source } = canary;
  return {
    name,
    tags,
    owner,
    environments,
    file: source,
    schedule: schedule ?? null,
    next: next.map((one) => ({ slotAt: iso(one.slotAtMs), notBefore: iso(one.notBeforeMs) })),
    paused: paused.map(({ atMs, ...one }) => ({ ...one, at: iso(atMs) })),
    clockAhead: ahead,
    maintenance: maintenance === undefined ? null : { reason: maintenance },
  };
}

function headOf(rows: readonly Row[], { nowMs, timezone, zoneData }: ReaderPlace): string {
  const many = rows.length === 1 ? '1 canary' : `${rows.length} canaries`;
  const { day, time } = readClock(nowMs, timezone);
  return `${many}. It is ${day} ${time} in ${timezone}.\nTime-zone data: ${zoneData}.`;
}

function formatRow(
  { canary, environments, next, paused, ahead, maintenance }: Row,
  here: ReaderPlace,
): string {
  const { name, tags, owner, source, schedule } = canary;
  const when = schedule === undefined ? 'on demand' : formatSchedule(schedule);
  const lines = [
    tags.length === 0 ? name : `${name}  (${tags.join(', ')})`,
    ...line('runs', [when]),
    ...line('next', formatNext(next, here)),
    ...paused.flatMap((one) => line('now', [formatPause(one, here)])),
    ...ahead.flatMap((one) => line('now', [one])),
    ...line('now', maintenance === undefined ? [] : [`in maintenance: ${maintenance}`]),
    ...line('in', [environments.join(', '), `owner ${owner}`, source]),
  ];
  return wrap(lines.join('\n'));
}

function formatPause({ environment, by, reason, atMs }: Pause, { timezone }: ReaderPlace): string {
  const { day, time } = readClock(atMs, timezone);
  return `paused in ${environment} by ${by} since ${day} ${time}: ${visible(reason)}`;
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
