import type { AlertEventInput } from '../../../core/alert/alert-event.ts';
import type { AlertState, CanaryState } from '../../../core/alert/alert-state.ts';
import { explainState } from '../../../core/alert/outbox/explain-state.ts';
import { suggestion } from '../../../core/base/did-you-mean.ts';
import { formatDuration, parseDuration } from '../../../core/base/duration.ts';
import { formatMinute, shortReason } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { maintenanceUntilMs } from '../../../core/schedule/maintenance-window.ts';
import { explainAlerts, explainWatermark } from '../../../core/store/clock-ahead.ts';
import { DamagedRecordError, unlessDamaged } from '../../../core/store/damaged.ts';
import { canaryOf, type ScheduledCanary } from '../../../engine/fleet-context.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { type FleetOptions, type Watched, withFleet } from '../../setup/with-fleet.ts';

/** Options of the commands that change notices. */
export interface ActOptions extends FleetOptions {
  /** Paths of the canaries. */
  readonly in: readonly string[];
  readonly reason?: string;
  readonly for?: string;
}

export type ActName = 'mute' | 'unmute' | 'pause' | 'resume' | 'ack';

const LONGEST_MS = 24 * 3_600_000;

/** `coalmine mute | unmute | pause | resume | ack CANARY…`: a name, `tag:` and a tag, or `all`. */
export async function act(
  name: ActName,
  selectors: readonly string[],
  options: ActOptions,
  io: Io,
): Promise<number> {
  const forMs = durationOf(options.for);
  const reason = shortReason(options.reason ?? '').trim();
  if (options.reason !== undefined && reason === '')
    throw new UsageError('The reason is empty, and others will read it. Say why: --reason "release 12".');
  const work = async (watched: Watched): Promise<number> => {
    const { context } = watched;
    const by = `${io.who.user}@${io.who.host}`;
    const nowMs = context.engine.clock.nowMs();
    const untilMs = nowMs + forMs;
    for (const canary of chosen(selectors, watched)) {
      const before = await unlessDamaged(context.alerts.load(canary));
      await context.alerting.apply(canary, [eventOf(name, { by, reason, untilMs })]);
      await context.alerting.deliver([canary]);
      const past = { before: before?.alert, nowMs };
      const maintainedMs = maintainedUntilMs(canary, context);
      io.stdout.write(
        `${canary} ${needless(name, past) ?? messageOf(name, { ...past, untilMs, maintainedMs })}\n`,
      );
    }
    return EXIT.good;
  };
  return withFleet(options.in, options, io, { create: false, work });
}

/** `coalmine explain CANARY --alert`: the reason why notices were sent or withheld. */
export async function explainAlert(
  selectors: readonly string[],
  options: ActOptions,
  io: Io,
): Promise<number> {
  const work = async (watched: Watched): Promise<number> => {
    const { context } = watched;
    const nowMs = context.engine.clock.nowMs();
    for (const name of chosen(selectors, watched)) {
      const loaded = await loadedState(name, context);
      const { state } = loaded;
      const { alert: policy } = canaryOf(context, name) as ScheduledCanary;
      const untilMs = maintainedUntilMs(name, context);
      const watermarkMs = await context.runs.watermark(name);
      const ahead = [
        explainWatermark(watermarkMs, nowMs),
        state === undefined ? undefined : explainAlerts(state, nowMs),
      ].filter((line) => line !== undefined);
      const explained =
        state === undefined
          ? [loaded.reason]
          : explainState(state, {
              policy,
              nowMs,
              ...omitUndefined({ maintenanceUntilMs: untilMs }),
            });
      const lines = [...ahead, ...explained];
      io.stdout.write(`${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
    }
    return EXIT.good;
  };
  return withFleet(options.in, options, io, { create: false, work });
}

/** The alerts of a canary, or the reason why there are none. */
async function loadedState(
  name: string,
  { alerts }: Watched['context'],
): Promise<{ readonly state?: CanaryState; readonly reason: string }> {
  try {
    const state = await alerts.load(name);
    return {
      reason: 'Nothing is known of it yet: no run of its schedule has ended.',
      ...omitUndefined({ state }),
    };
  } catch (thrown) {
    if (!(thrown instanceof DamagedRecordError)) throw thrown;
    return { reason: `${thrown.message} They begin anew with its next run. Close open incidents by hand.` };
  }
}

interface ActionInput {
  readonly by: string;
  readonly reason: string;
  readonly untilMs: number;
}

function eventOf(name: ActName, { by, reason, untilMs }: ActionInput): AlertEventInput {
  switch (name) {
    case 'mute':
      return { kind: 'silence', untilMs, reason, by };
    case 'unmute':
      return { kind: 'unsilence' };
    case 'pause':
      return { kind: 'pause', reason, by };
    case 'resume':
      return { kind: 'resume' };
    case 'ack':
      return { kind: 'ack', untilMs, by };
  }
}

/** End of the maintenance windows that hold back a canary's notices now, epoch milliseconds; undefined outside of all. */
function maintainedUntilMs(name: string, { fleet, engine }: Watched['context']): number | undefined {
  const { tags } = canaryOf({ fleet }, name) as ScheduledCanary;
  return maintenanceUntilMs(fleet.project.maintenance, { canary: name, tags }, engine.clock.nowMs());
}

/** The alerts of a canary before an action, if it had any, and the moment of the action. */
interface Past {
  readonly before: AlertState | undefined;
  readonly nowMs: number;
}

function messageOf(
  name: ActName,
  {
    untilMs,
    maintainedMs,
    ...past
  }: Past & { readonly untilMs: number; readonly maintainedMs: number | undefined },
): string {
  const until = formatMinute(untilMs);
  const running = past.before?.life === 'paused' ? 'it is paused, too' : 'it goes on running';
  const maintained =
    maintainedMs === undefined
      ? undefined
      : `a maintenance window holds its notices back until ${formatMinute(maintainedMs)}`;
  const mutedMs = mutedUntilMs(past);
  const muted = mutedMs === undefined ? maintained : `it is muted until ${formatMinute(mutedMs)}`;
  const confirmations: Readonly<Record<ActName, string>> = {
    mute: `is muted until ${until}; ${running}`,
    unmute: `is not muted any more; ${maintained ?? 'notices that were held back, if any, are sent now'}`,
    pause: 'is paused: it does not run until it is resumed',
    resume: `runs again from its next slot on${muted === undefined ? '' : `; ${muted}`}`,
    ack: `is acknowledged until ${until}: no reminders until then`,
  };
  return confirmations[name];
}

/** The message for an action that had nothing to change; undefined if it had. */
function needless(name: ActName, { before, nowMs }: Past): string | undefined {
  if (name === 'unmute' && mutedUntilMs({ before, nowMs }) === undefined) return 'was not muted';
  if (name === 'pause' && before?.pause !== undefined)
    return `was paused already, by ${before.pause.by}: ${before.pause.reason}`;
  if (name === 'resume' && before?.life !== 'paused') return 'was not paused; it runs by its schedule';
  if (name !== 'ack') return undefined;
  const streams = before === undefined ? [] : [before.target, before.observer];
  if (streams.some(({ lastNotified }) => lastNotified !== undefined)) return undefined;
  return streams.some(({ incident }) => incident !== undefined)
    ? "has an incident of which no channel was notified yet, so there is nothing to acknowledge; 'coalmine mute' holds its notices back"
    : 'has no open incident, so there is nothing to acknowledge';
}

/** End of a mute that has not ended yet, epoch milliseconds. */
function mutedUntilMs({ before, nowMs }: Past): number | undefined {
  const untilMs = before?.silence?.untilMs;
  return untilMs !== undefined && nowMs < untilMs ? untilMs : undefined;
}

/** @throws UsageError for a selector that no canary matches. */
function chosen(selectors: readonly string[], { context }: Watched): readonly string[] {
  const { canaries } = context.fleet;
  return [...new Set(selectors.flatMap((selector) => matching(selector, canaries)))];
}

function matching(selector: string, canaries: readonly ScheduledCanary[]): readonly string[] {
  const names = canaries.map(({ name }) => name);
  if (selector === 'all' && names.length > 0) return names;
  if (!selector.startsWith('tag:')) {
    if (names.includes(selector)) return [selector];
    const hint = suggestion(selector, names, 'canaries with a schedule');
    throw new UsageError(`No canary with a schedule is meant by '${selector}'. ${hint}`);
  }
  const tag = selector.slice('tag:'.length);
  const tagged = canaries.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name);
  if (tagged.length > 0) return tagged;
  const known = [...new Set(canaries.flatMap(({ tags }) => tags))];
  throw new UsageError(`No canary with a schedule has the tag '${tag}'. ${suggestion(tag, known, 'tags')}`);
}

function durationOf(text: string | undefined): number {
  if (text === undefined) return LONGEST_MS;
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= LONGEST_MS) return ms;
  throw new UsageError(
    `'${text}' is no time to be quiet: write up to ${formatDuration(LONGEST_MS)}, such as 2h.`,
  );
}
