import type { Canary } from '../../../runner/core/model/canary.ts';
import { shortestGapMs } from '../../../runner/core/schedule/schedule.ts';
import type { ScheduledCanary } from '../../../runner/engine/fleet-context.ts';
import type { Prng } from './prng.ts';

/** State of a channel at a moment. */
export type ChannelState = 'fine' | 'refusing' | 'gone' | 'slow' | 'answers lost';

interface Interval<Kind> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: Kind;
}

/** Length of the fault phase; after that everything is fine. */
interface Phase {
  readonly fromMs: number;
  readonly toMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Ground truth of a simulation: the times in which services are down, channels unavailable, the store unavailable. */
export class FaultSchedule {
  readonly #services = new Map<string, readonly Interval<'down'>[]>();
  readonly #channels = new Map<string, readonly Interval<ChannelState>[]>();
  readonly #store: readonly Interval<'away'>[];
  /** Outages of a resource that all services use. */
  readonly #shared: readonly Interval<'down'>[];
  readonly phase: Phase;

  constructor(
    prng: Prng,
    phase: Phase,
    of: {
      readonly canaries: readonly ScheduledCanary[];
      readonly channels: readonly string[];
      /** One outage, and nothing else. */
      readonly isQuiet: boolean;
      /** Chance for outages of what all services use, apart from all else. */
      readonly shared: Prng;
    },
  ) {
    this.phase = phase;
    this.#store = [];
    this.#shared = of.isQuiet || of.shared.isLucky(0.3) ? [] : sharedOutages(of.shared, phase);
    if (of.isQuiet) {
      const outage = { fromMs: phase.fromMs + 3 * MINUTE_MS, toMs: phase.fromMs + 7 * MINUTE_MS };
      for (const { name } of of.canaries) this.#services.set(name, [{ ...outage, kind: 'down' }]);
      return;
    }
    for (const canary of of.canaries) this.#services.set(canary.name, outages(prng, phase, canary));
    for (const channel of of.channels) this.#channels.set(channel, channelIntervals(prng, phase));
    const isStormy = prng.isLucky(0.5);
    this.#store = !isStormy
      ? []
      : intervalsOf(phase, () => ({
          calmMs: prng.between(40 * MINUTE_MS, 4 * HOUR_MS),
          lastsMs: prng.between(5 * SECOND_MS, prng.isLucky(0.2) ? 30 * MINUTE_MS : 2 * MINUTE_MS),
          kind: 'away',
        }));
  }

  isDown(canary: Pick<Canary, 'name'>, atMs: number): boolean {
    const own = this.#services.get(canary.name) ?? [];
    return kindAt(own, atMs) !== undefined || kindAt(this.#shared, atMs) !== undefined;
  }

  channelAt(channel: string, atMs: number): ChannelState {
    return kindAt(this.#channels.get(channel) ?? [], atMs) ?? 'fine';
  }

  isStoreAway(atMs: number): boolean {
    return kindAt(this.#store, atMs) !== undefined;
  }

  /** Number of outages of a watched service. */
  get outages(): number {
    return [...this.#services.values()].reduce((sum, one) => sum + one.length, 0);
  }
}

/** Long outages and short ones; some services come and go. */
function outages(prng: Prng, phase: Phase, { schedule }: ScheduledCanary): readonly Interval<'down'>[] {
  const gapMs = shortestGapMs(schedule);
  const isFlapping = prng.isLucky(0.2);
  return intervalsOf(phase, () => ({
    calmMs: gapMs * prng.between(1, isFlapping ? 6 : 80),
    lastsMs: Math.floor(gapMs * prng.between(1, isFlapping ? 3 : 12) * (0.3 + prng.next())),
    kind: 'down',
  }));
}

function sharedOutages(prng: Prng, phase: Phase): readonly Interval<'down'>[] {
  const lastsMs = phase.toMs - phase.fromMs;
  return intervalsOf(phase, () => ({
    calmMs: prng.between(5 * MINUTE_MS, Math.ceil(lastsMs / 2)),
    lastsMs: prng.between(2 * MINUTE_MS, Math.ceil(lastsMs / 8)),
    kind: 'down',
  }));
}

function channelIntervals(prng: Prng, phase: Phase): readonly Interval<ChannelState>[] {
  const length = phase.toMs - phase.fromMs;
  // Now and then a channel is unavailable for nearly all the time, so that its notices are given up.
  if (prng.isLucky(0.1))
    return [{ fromMs: phase.fromMs, toMs: phase.fromMs + length * 0.9, kind: 'refusing' }];
  return intervalsOf(phase, () => ({
    calmMs: prng.between(10 * MINUTE_MS, 5 * HOUR_MS),
    lastsMs: prng.between(MINUTE_MS, 90 * MINUTE_MS),
    kind: prng.pick(['refusing', 'refusing', 'gone', 'slow', 'answers lost'] as const),
  }));
}

function intervalsOf<Kind>(
  { fromMs, toMs }: Phase,
  draw: () => { readonly calmMs: number; readonly lastsMs: number; readonly kind: Kind },
): readonly Interval<Kind>[] {
  const found: Interval<Kind>[] = [];
  let atMs = fromMs;
  for (;;) {
    const { calmMs, lastsMs, kind } = draw();
    const interval = { fromMs: atMs + calmMs, toMs: Math.min(toMs, atMs + calmMs + lastsMs), kind };
    if (interval.fromMs >= toMs) return found;
    found.push(interval);
    atMs = interval.toMs;
  }
}

function kindAt<Kind>(intervals: readonly Interval<Kind>[], atMs: number): Kind | undefined {
  return intervals.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.kind;
}
