import type { Paint } from '../../../reporters/terminal/paint.ts';
import { fit, widthOf } from '../../../reporters/terminal/truncate.ts';
import type { AlertState, StreamState } from '../../core/alert/alert-state.ts';
import { notifiedAtMs } from '../../core/alert/outbox/receipts.ts';
import { runnerSubject } from '../../core/alert/runner-alerts.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { formatMinute, formatSecond, shellWord, visible } from '../../core/base/format.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import { type Attention, ackOf, attentionOf } from '../../core/fleet/attention.ts';
import type { ChangesBefore } from '../../core/model/change.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import { changesLines } from '../../core/report/format-changes.ts';
import { uptimeOf } from '../../core/store/canary-status.ts';
import { explainWatermark, RESET_REMEDY } from '../../core/store/clock-ahead.ts';
import type { StatusRow } from './status-row.ts';
import { wrap } from './wrap.ts';

/** The rows of a status, what needs attention first, and what was asked for. */
export interface ShownStatus {
  readonly project: Project;
  readonly environment: Environment;
  readonly nowMs: number;
  readonly rows: readonly StatusRow[];
  readonly options: {
    readonly paths: readonly string[];
    readonly env?: string;
    readonly state?: string;
    readonly table?: string;
  };
}

const MARKS: Readonly<
  Record<Attention, { readonly mark: string; readonly mood: Parameters<Paint>[0]; readonly label: string }>
> = {
  failing: { mark: '✗', mood: 'failed', label: 'failing' },
  noData: { mark: '?', mood: 'error', label: 'without data' },
  degraded: { mark: '!', mood: 'degraded', label: 'degraded' },
  paused: { mark: '-', mood: 'skipped', label: 'paused' },
  muted: { mark: '✓', mood: 'passed', label: 'muted' },
  passed: { mark: '✓', mood: 'passed', label: 'well' },
  unknown: { mark: ' ', mood: 'skipped', label: 'not begun' },
};

const WIDEST_NAME = 30; // columns
const REASON = 150; // columns: two lines
const MOST_CHANGES = 3;
const LONGEST_WORD = 70; // columns
const LONG_WORD = /\S{71,}/g;

/** One line for each canary, and more where something needs attention; then what to type. 80 columns. */
export function formatStatus(shown: ShownStatus, paint: Paint): string {
  const { project, environment, nowMs, rows } = shown;
  const counts = Object.keys(MARKS).flatMap((attention) => {
    const some = rows.filter((row) => attentionOf(row) === attention);
    return [...Map.groupBy(some, labelOf)].map(([label, { length }]) => `${length} ${label}`);
  });
  const head = `${project.name} in ${environment.name} at ${formatSecond(nowMs)}: ${counts.join(', ') || 'no canaries'}`;
  const nameWidth = Math.min(WIDEST_NAME, Math.max(6, ...rows.map((row) => widthOf(titleOf(row)))));
  const heading = [
    `  ${'CANARY'.padEnd(nameWidth)}`,
    ...['OUTCOME', 'SINCE (UTC)', '24 H', 'NEXT'].map(column),
  ]
    .join('')
    .trimEnd();
  const said = { isUnwatched: isUnwatchedFleet(rows), isAhead: rows.filter(isRowAhead).length > 1 };
  const lines = rows.flatMap((row) => {
    const { mark, mood } = MARKS[attentionOf(row)];
    const name = fit(titleOf(row), nameWidth);
    const cells = cellsOf(row, nowMs).map(column).join('').trimEnd();
    const first =
      `${paint(mood, `${mark} ${name}`)}${' '.repeat(nameWidth - widthOf(name))}${cells}`.trimEnd();
    return [first, ...detailsOf(row, nowMs, said).map((detail) => wrap(`    ${detail}`))];
  });
  const next = commandsOf(shown);
  return [
    wrap(head),
    ...(said.isUnwatched ? [wrap(UNWATCHED)] : []),
    ...(said.isAhead ? [wrap(aheadOf(rows))] : []),
    ...(rows.length === 0 ? [] : ['', heading, ...lines]),
    ...(next.length === 0 ? [] : ['', 'Look next:', ...next.map((command) => `  ${command}`)]),
  ].join('\n');
}

/** The need for attention in a word; of a canary without a run the word in its row. */
function labelOf(row: StatusRow): string {
  const attention = attentionOf(row);
  return attention === 'unknown' ? notBegun(row) : MARKS[attention].label;
}

function notBegun({ canary }: StatusRow): string {
  return canary !== undefined && canary.schedule === undefined ? 'never ran' : MARKS.unknown.label;
}

function isRowAhead({ plannedToMs, alertsAhead }: StatusRow): boolean {
  return (plannedToMs ?? alertsAhead) !== undefined;
}

/** The explanation for several canaries at once. */
function aheadOf(rows: readonly StatusRow[]): string {
  const planned = rows.filter(({ plannedToMs }) => plannedToMs !== undefined).length;
  const alerts = rows.filter(({ alertsAhead }) => alertsAhead !== undefined).length;
  return [
    'A clock that was ahead wrote records.',
    ...(planned === 0 ? [] : [`It planned the slots of ${canaries(planned)}, which do not run before.`]),
    ...(alerts === 0 ? [] : [`It wrote the alerts of ${canaries(alerts)}, which do not change before.`]),
    RESET_REMEDY,
  ].join(' ');
}

function canaries(count: number): string {
  return `${count} ${count === 1 ? 'canary' : 'canaries'}`;
}

/** Explanations that are given once for all rows. */
interface SaidOnce {
  readonly isUnwatched: boolean;
  readonly isAhead: boolean;
}

/** True if no slot of several canaries is planned in time: the runner is at fault, not one of them. */
function isUnwatchedFleet(rows: readonly StatusRow[]): boolean {
  const planned = rows.filter(
    ({ canary, state }) => canary?.schedule !== undefined && state?.alert.life !== 'paused',
  );
  return planned.length > 1 && planned.every(({ overdueSinceMs }) => overdueSinceMs !== undefined);
}

const UNWATCHED =
  "No runner begins slots of these canaries now. Start 'coalmine watch', or look at the tick function and the workers of the stack.";

const COLUMNS = [9, 13, 8, 9]; // columns of a terminal

function column(cell: string, index: number): string {
  return `  ${cell.padEnd(COLUMNS[index] ?? 0)}`;
}

/** Outcome, begin, uptime and next run. */
function cellsOf(row: StatusRow, nowMs: number): readonly string[] {
  const { outcome, sinceMs, isSinceAtLeast, nextMs, state, canary } = row;
  const uptime = uptimeOf(row);
  const since = sinceMs === undefined ? '' : isSinceAtLeast ? 'over a day' : formatSince(sinceMs);
  return [
    outcome ?? (canary === undefined ? '' : notBegun(row)),
    since,
    uptime === undefined ? '' : formatPercent(uptime),
    state?.alert.life === 'paused'
      ? 'paused'
      : nextMs === undefined
        ? formatNoNext(row)
        : `in ${formatShort(nextMs - nowMs)}`,
  ];
}

function formatNoNext({ canary, plannedToMs }: StatusRow): string {
  if (plannedToMs !== undefined) return 'none';
  return canary !== undefined && canary.schedule === undefined ? 'on demand' : '';
}

/** `11-25 12:01`, as the year does not matter within 30 days. */
function formatSince(atMs: number): string {
  return formatMinute(atMs).slice('2026-'.length, -' UTC'.length);
}

/** `99.3 %`; rounded down, so that 100 % means all. */
function formatPercent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}

function formatShort(ms: number): string {
  if (ms < 90_000) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 48 * 3_600_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

function titleOf({ name }: StatusRow): string {
  const subject = runnerSubject(name);
  return subject === undefined ? name : `${subject} (Coalmine)`;
}

function detailsOf(row: StatusRow, nowMs: number, { isUnwatched, isAhead }: SaidOnce): readonly string[] {
  const { canary, isRunner, state, mute, maintenanceUntilMs, overdueSinceMs, damaged } = row;
  const pause = state?.alert.pause;
  const streams = state === undefined ? [] : [state.alert.target, state.alert.observer];
  return [
    ...(canary === undefined && isRunner !== true
      ? ['its file is gone; the end of its incident is notified']
      : []),
    ...streams.flatMap((stream) => formatIncident(stream, state?.alert, nowMs)),
    ...formatReason(row),
    ...streams.flatMap(({ incident }) => formatChanges(incident?.changes)),
    ...(overdueSinceMs === undefined || isUnwatched
      ? []
      : [
          `no runner began its slot of ${formatMinute(overdueSinceMs)}: is 'coalmine watch', or the stack, running, and are its workers free?`,
        ]),
    ...(isAhead ? [] : formatAhead(row, nowMs)),
    ...(damaged === undefined ? [] : [damaged]),
    ...(pause === undefined
      ? []
      : [`paused by ${pause.by} since ${formatMinute(pause.atMs)}: ${visible(pause.reason)}`]),
    ...(mute === undefined
      ? []
      : [`muted by ${mute.by} until ${formatMinute(mute.untilMs)}: ${visible(mute.reason)}`]),
    ...(maintenanceUntilMs === undefined ? [] : [`in maintenance until ${formatMinute(maintenanceUntilMs)}`]),
    ...formatPending(row),
  ];
}

function formatAhead({ plannedToMs, alertsAhead }: StatusRow, nowMs: number): readonly string[] {
  return [explainWatermark(plannedToMs, nowMs), alertsAhead].filter((line) => line !== undefined);
}

function formatIncident(
  { incident, lastNotified }: StreamState,
  alert: AlertState | undefined,
  nowMs: number,
): readonly string[] {
  if (incident === undefined || alert === undefined) return [];
  const { severity, sinceMs, flapping } = incident;
  const atMs = notifiedAtMs(alert, incident.id);
  const notified = atMs === undefined ? 'no channel notified yet' : `notified ${formatMinute(atMs)}`;
  const ack = ackOf(incident, lastNotified, nowMs);
  const acked = ack === undefined ? '' : `, acknowledged by ${ack.by} until ${formatMinute(ack.untilMs)}`;
  return [
    `${severity} incident since ${formatMinute(sinceMs)} (${formatDuration(nowMs - sinceMs)})${flapping ? ', flapping' : ''}, ${notified}${acked}`,
  ];
}

/** The newest changes before an incident, and each resource that may have changed. */
function formatChanges(changes: ChangesBefore | undefined): readonly string[] {
  const lines = changes === undefined ? [] : changesLines(changes, MOST_CHANGES);
  return lines.map((line) => fit(visible(line), REASON));
}

/** The reason of the newest run, if it did not pass; else that of an incident without a run. */
function formatReason({ lastRun, outcome, state }: StatusRow): readonly string[] {
  const because = (state?.alert.target.incident ?? state?.alert.observer.incident)?.because.reason;
  const isBad = outcome === 'failed' || outcome === 'error' || outcome === 'degraded';
  const reason = isBad ? lastRun?.reason : because;
  return reason === undefined || reason === ''
    ? []
    : [
        fit(
          visible(reason).replace(LONG_WORD, (word) => fit(word, LONGEST_WORD)),
          REASON,
        ),
      ];
}

function formatPending({ state }: StatusRow): readonly string[] {
  const tried = state?.outbox.filter(({ attempts }) => attempts > 0) ?? [];
  const [first] = tried;
  if (first === undefined) return [];
  const many = tried.length === 1 ? 'a notice is' : `${tried.length} notices are`;
  const why = first.lastFault === undefined ? '' : `: ${visible(first.lastFault)}`;
  return [fit(`${many} not delivered yet, for ${first.channel}${why}`, REASON)];
}

/** Commands to copy, for the first row that needs attention. */
function commandsOf({ rows, options, nowMs }: ShownStatus): readonly string[] {
  const row = rows.find(
    (one) => one.canary !== undefined && ['failing', 'noData', 'degraded'].includes(attentionOf(one)),
  );
  if (row === undefined) return [];
  const { name, lastRun, outcome, state } = row;
  const { paths } = options;
  const place = (['env', 'state', 'table'] as const).flatMap((option) =>
    options[option] === undefined ? [] : [` --${option} ${shellWord(options[option])}`],
  );
  const where = `${paths.map((path) => ` --in ${shellWord(path)}`).join('')}${place.join('')}`;
  const read = `${paths.map((path) => ` ${shellWord(path)}`).join('')}${place.join('')}`;
  const open = [state?.alert.target, state?.alert.observer].filter(
    (stream) => stream?.lastNotified !== undefined,
  );
  const isAcked = open.some(
    (stream) =>
      stream?.incident !== undefined && ackOf(stream.incident, stream.lastNotified, nowMs) !== undefined,
  );
  return [
    ...(isRowAhead(row) ? [`coalmine state reset-clock${read}`] : []),
    ...(lastRun === undefined || outcome === 'passed'
      ? []
      : [`coalmine show ${lastRun.runId.slice(0, SHOWN_DIGITS)}${read}`]),
    `coalmine history --canary ${name}${read}`,
    ...(state === undefined ? [] : [`coalmine explain ${name} --alert${where}`]),
    ...(open.length === 0 || isAcked ? [] : [`coalmine ack ${name}${where}`]),
  ];
}
