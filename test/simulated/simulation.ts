import type { AlertEventInput } from '../../runner/core/alert/alert-event.ts';
import type { CanaryState } from '../../runner/core/alert/alert-state.ts';
import { CanaryError } from '../../runner/core/base/errors.ts';
import type { AlertPolicy } from '../../runner/core/model/canary.ts';
import { DEFAULT_ENVIRONMENT, NO_PROJECT } from '../../runner/core/model/project.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../runner/core/store/run-queue.ts';
import { decideClaim, decideCommit } from '../../runner/core/store/slot-transitions.ts';
import type { Fleet, ScheduledCanary } from '../../runner/engine/fleet-context.ts';
import { executeSlot } from '../../runner/engine/schedule/execute-slot.ts';
import { syncFleet } from '../../runner/engine/schedule/sync-fleet.ts';
import { tick } from '../../runner/engine/schedule/tick.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import type { Entry, EventLog, FaultKind } from './checks/event-log.ts';
import { FaultSchedule } from './model/fault-schedule.ts';
import { CHANNELS, fixtureFleet, MAINTENANCE, OPERATORS, shortFleet } from './model/fixture-fleet.ts';
import { Prng } from './model/prng.ts';
import { monitorFor } from './model/sim-ports.ts';
import { ownQueue, type SimQueue, sharedQueue } from './model/sim-queue.ts';
import { type CallFault, SimRunner } from './model/sim-runner.ts';
import { VirtualTime } from './model/virtual-time.ts';

/** Deliberately wrong implementations: the checks must find each of them. */
export type Variant =
  | 'marks first'
  | 'writes twice'
  | 'unfenced'
  | 'naive claim'
  | 'watermark first'
  | 'error counts'
  | 'addresses forgotten'
  | 'standstill unnoticed'
  | 'timers first';

/** Death of the runner of a short simulation. */
export interface Kill {
  /** Counted from 1; with 0 no runner dies. */
  readonly call: number;
  readonly when: 'before' | 'after';
  readonly queue: 'own' | 'shared';
}

/** Options of a simulation. All else is drawn from the seed. */
export interface SimulationOptions {
  readonly seed: number;
  readonly variant?: Variant;
  /** A short simulation of one canary and one outage, with this as its only fault: at that call its runner dies, before or after it. */
  readonly kill?: Kill;
  /** So many canaries of one resource instead of one canary, in that short simulation. */
  readonly canaries?: number;
  /** Length of the phase in which faults happen. By default 7 hours, or 70 in a fleet of slow canaries. */
  readonly hours?: number;
}

type Unstamped<Kind> = Kind extends { readonly atMs: number } ? Omit<Kind, 'atMs'> : never;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 2, 28, 20, 0); // the night in which Berlin's clocks are set forward comes next
export const SKEW_MS = 12 * SECOND_MS; // two runners may differ by twice this, and leases allow for 30 seconds
const MOST_LAST_TICKS = 10; // callers that still wait after that would wait for ever

/** A fleet, its runners and its store through some hours or days, with every fault that the seed draws. */
export class Simulation {
  readonly variant: Variant | undefined;
  readonly prng: Prng;
  readonly time = new VirtualTime(START_MS);
  readonly store: StateStore;
  readonly faults: FaultSchedule;
  /** Never aborted. The simulation's own, so that runs of its dead runners can be collected with it. */
  readonly #onward = { signal: new AbortController().signal };
  readonly states = new Map<string, CanaryState>();
  /** The share of runs without a conclusion. */
  readonly blindness: number;
  /** The share of acts, and of polls, in which the runner stands still. */
  readonly standstillShare: number;
  readonly #options: SimulationOptions;
  /** Chance for changes of channels, apart from all else. */
  readonly #edits: Prng;
  readonly #editsChannels: boolean;
  readonly #kept = new Map<string, boolean>();
  readonly #entries: Entry[] = [];
  readonly #canaries: readonly ScheduledCanary[];
  readonly #tickMs: number;
  readonly #phase: { readonly fromMs: number; readonly toMs: number };
  readonly #endMs: number;
  readonly #faultShare: number;
  readonly #runners: { runner: SimRunner; fleet: Fleet; queue: SimQueue; lives: number }[] = [];
  readonly #shared: SimQueue | undefined;
  #fleet: Fleet;
  #adopted: Fleet | undefined;
  #calls = 0;

  constructor(options: SimulationOptions) {
    const { seed, variant, kill } = options;
    const isQuiet = kill !== undefined;
    this.#options = options;
    this.variant = variant;
    this.prng = new Prng(seed);
    this.#edits = new Prng(seed + 1_000_003);
    this.#editsChannels =
      !isQuiet && (variant === 'addresses forgotten' || (variant === undefined && this.#edits.isLucky(0.4)));
    const { prng } = this;
    const pace = !isQuiet && prng.isLucky(0.15) ? 'days' : 'hours';
    this.#canaries = isQuiet ? shortFleet(options.canaries ?? 1) : fixtureFleet(pace);
    this.#tickMs = pace === 'hours' ? MINUTE_MS : 5 * MINUTE_MS;
    const hours = options.hours ?? (pace === 'hours' ? 7 : 70);
    const lastsMs = isQuiet ? 10 * MINUTE_MS : hours * HOUR_MS;
    this.#phase = { fromMs: START_MS, toMs: START_MS + lastsMs };
    // Long enough for every lease, retry and queue to come to its end, and outside of maintenance.
    this.#endMs = this.#phase.toMs + (isQuiet ? 7 * MINUTE_MS : 1.9 * HOUR_MS);
    this.#faultShare = isQuiet ? 0 : prng.pick([0.002, 0.01, 0.02, 0.05]);
    this.blindness = isQuiet ? 0 : prng.pick([0.02, 0.1, 0.3]);
    this.standstillShare = isQuiet ? 0 : prng.pick([0, 0.03, 0.1]);
    const channels = CHANNELS.map(({ name }) => name);
    this.faults = new FaultSchedule(prng, this.#phase, {
      canaries: this.#canaries,
      channels,
      isQuiet,
      shared: new Prng(seed + 2_000_003),
    });
    const isShared = kill === undefined ? prng.isLucky(0.5) : kill.queue === 'shared';
    this.store = memoryStore({
      clock: this.time,
      rules: rulesOf(variant),
      // Workers that share a queue share a table, which has no transactions.
      leavesOut: (part) => isShared && (part === 'alerts' || (this.isChaotic && prng.isLucky(0.1))),
      wrote: (record, before) =>
        this.note({ what: 'slot', record, ...(before === undefined ? {} : { before }) }),
    });
    this.#fleet = fleetOf(this.#canaries);
    this.#shared = isShared ? sharedQueue(this, (slot) => this.#anyWorker(slot)) : undefined;
  }

  /** Lets it all happen. */
  async run(): Promise<EventLog> {
    const { prng } = this;
    const count = this.#isQuiet ? 1 : prng.between(2, 3);
    for (let n = 0; n < count; n += 1) this.#boot(n);
    this.#scheduleTick();
    this.#deploy(this.#fleet);
    if (!this.#isQuiet) this.#schedulePeople();
    await this.time.run();
    return {
      seed: this.#options.seed,
      entries: this.#entries,
      endedAtMs: this.time.nowMs(),
      canaries: this.#canaries,
      channelsChanged: this.#editsChannels,
      paging: new Set(CHANNELS.filter(({ pages }) => pages === true).map(({ name }) => name)),
      fallbacks: new Map(
        CHANNELS.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
      ),
      states: this.states,
      unapplied: (await this.store.runs.unapplied()).length,
    };
  }

  readonly note = (entry: Unstamped<Entry>): void => {
    this.#entries.push({ atMs: this.time.nowMs(), ...entry });
  };

  recordFault(kind: FaultKind, runner: SimRunner | undefined, about: string, untilMs?: number): void {
    const until = untilMs === undefined ? {} : { untilMs };
    this.note({ what: 'fault', kind, runner: runner?.name ?? '', about, ...until });
  }

  bug(runner: SimRunner, thrown: unknown): void {
    this.note({
      what: 'bug',
      runner: runner.name,
      message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
  }

  /** Number of calls to any port in the fault phase. */
  get calls(): number {
    return this.#calls;
  }

  get #isQuiet(): boolean {
    return this.#options.kill !== undefined;
  }

  /** True during the fault phase. */
  get isChaotic(): boolean {
    return this.time.nowMs() < this.#phase.toMs;
  }

  /** True if a former address can still be had, as from the previous version of a secret. */
  isKept(address: string): boolean {
    const isKept = this.#kept.get(address) ?? this.#edits.isLucky(0.5);
    this.#kept.set(address, isKept);
    return isKept;
  }

  canaryNamed(name: string): ScheduledCanary {
    return this.#canaries.find((canary) => canary.name === name) as ScheduledCanary;
  }

  overlapOf(canary: string): 'skip' | 'queue' {
    return this.#canaries.find(({ name }) => name === canary)?.schedule.overlap ?? 'skip';
  }

  /** Response time of the watched service: now and then longer than a canary's deadline, or until after its next slot. */
  actMs(canary: string): number {
    if (!this.isChaotic || this.#isQuiet || !this.prng.isLucky(0.1)) return this.prng.between(20, 900);
    return this.prng.between(1_000, canary === 'login' ? 145_000 : 15_000);
  }

  faultFor(runner: SimRunner, about: string): CallFault | undefined {
    const { prng } = this;
    const { kill } = this.#options;
    if (!this.isChaotic) return undefined;
    this.#calls += 1;
    if (kill?.call === this.#calls) return { kind: 'crash', when: kill.when };
    if (kill !== undefined) return undefined;
    const isSending = about.startsWith('notifier');
    if (!isSending && this.faults.isStoreAway(this.time.nowMs())) {
      this.recordFault('store away', runner, about);
      return { kind: 'refused', isFinal: false };
    }
    if (!prng.isLucky(this.#faultShare)) return undefined;
    const draw = prng.next();
    const when = prng.isLucky(0.5) ? 'before' : 'after';
    if (draw < 0.35) return { kind: 'refused', isFinal: prng.isLucky(0.2) };
    if (draw < 0.6) return { kind: 'answer lost', isFinal: prng.isLucky(0.2) };
    if (draw < 0.8) return { kind: 'slow', byMs: prng.between(SECOND_MS, 20 * SECOND_MS) };
    if (draw < 0.9) return { kind: 'crash', when };
    // A message in transit cannot be stopped: its delay is no longer than the wait of its repetition.
    const longestMs = isSending ? 20 * SECOND_MS : 15 * MINUTE_MS;
    return { kind: 'frozen', when, forMs: prng.between(5 * SECOND_MS, longestMs) };
  }

  /** One life of a runner ends; the next begins some time after, and may find another time on its clock. */
  died(dead: SimRunner): void {
    const index = this.#runners.findIndex(({ runner }) => runner === dead);
    const longestMs = !this.#isQuiet && this.prng.isLucky(0.2) ? 10 * MINUTE_MS : 20 * SECOND_MS;
    const pauseMs = this.prng.between(SECOND_MS, longestMs);
    this.time.at(this.time.nowMs() + pauseMs, () => this.#boot(index));
  }

  #boot(index: number): void {
    const lives = (this.#runners[index]?.lives ?? 0) + 1;
    const skewMs = this.#isQuiet ? 0.25 : (this.prng.next() * 2 - 1) * SKEW_MS;
    const runner = new SimRunner(`r${index}.${lives}`, skewMs, {
      time: this.time,
      prng: this.prng,
      faultFor: (of, about) => this.faultFor(of, about),
      befell: (kind, of, about, untilMs) => this.recordFault(kind, of, about, untilMs),
      isUnaware: this.variant === 'standstill unnoticed',
      ringsFirst: this.variant === 'timers first',
      died: (of) => this.died(of),
    });
    if (lives > 1) this.recordFault('clock stepped', runner, '');
    const queue =
      this.#shared ?? ownQueue(this, runner, async (slot) => this.#work(slot, this.#runners[index] as never));
    this.#runners[index] = { runner, fleet: this.#fleet, queue, lives };
  }

  #scheduleTick(): void {
    const { time, prng } = this;
    time.at(Math.floor(time.nowMs() / this.#tickMs + 1) * this.#tickMs, () => {
      if (time.nowMs() < this.#endMs) this.#scheduleTick();
      else this.#scheduleRest();
      const isSane = !this.isChaotic || this.#isQuiet;
      const draw = isSane ? 0.5 : prng.next();
      const times = draw < 0.1 ? 0 : draw < 0.85 ? 1 : draw < 0.97 ? 2 : 3;
      if (times === 0) this.recordFault('tick lost', undefined, '');
      if (times > 1) this.recordFault('tick doubled', undefined, '');
      for (let n = 0; n < times; n += 1)
        time.at(time.nowMs() + prng.between(0, isSane ? 0 : 20 * SECOND_MS), () => this.#tick());
    });
  }

  /** Schedules the final ticks: twice, and on while anything is undelivered, even by a runner whose clock was ahead of all others. */
  #scheduleRest(): void {
    const { time } = this;
    for (const inMs of [SECOND_MS, 5 * SECOND_MS]) time.at(time.nowMs() + inMs, () => this.#tick());
    for (let n = 1; n <= MOST_LAST_TICKS; n += 1)
      time.at(time.nowMs() + n * 30 * SECOND_MS, () => {
        if ([...this.states.values()].some(({ outbox }) => outbox.length > 0)) this.#tick();
      });
  }

  #tick(): void {
    const one = this.#anyRunner();
    if (one === undefined) return;
    const { runner, fleet, queue } = one;
    one.runner.goOn(() => {
      tick(monitorFor(this, runner, { fleet, queue })).catch((thrown: unknown) => this.bug(runner, thrown));
    });
  }

  #anyRunner() {
    const living = this.#runners.filter(({ runner }) => runner.isAlive);
    return living.length === 0 ? undefined : this.prng.pick(living);
  }

  /** Gives a slot of the shared queue to some runner; undefined if that never answers. */
  async #anyWorker(slot: QueuedSlot): Promise<string> {
    const one = this.#anyRunner();
    return one === undefined ? new Promise<never>(() => {}) : this.#work(slot, one);
  }

  async #work(
    slot: QueuedSlot,
    { runner, fleet, queue }: { readonly runner: SimRunner; readonly fleet: Fleet; readonly queue: SimQueue },
  ): Promise<string> {
    try {
      return await executeSlot(slot, monitorFor(this, runner, { fleet, queue, slot }), this.#onward);
    } catch (thrown) {
      if (thrown instanceof CanaryError)
        this.note({ what: 'gave up', runner: runner.name, about: `${slot.canary}@${slot.slotAtMs}` });
      else this.bug(runner, thrown);
      throw thrown;
    }
  }

  /** Deploys a fleet to every runner, one after another, and retries its adoption until it is done. */
  #deploy(fleet: Fleet): void {
    const { time, prng } = this;
    this.#fleet = fleet;
    for (const [index] of this.#runners.entries())
      time.at(time.nowMs() + prng.between(0, 2 * MINUTE_MS), () => {
        const one = this.#runners[index];
        if (one !== undefined) one.fleet = this.#fleet;
      });
    this.#adopt(fleet);
  }

  #adopt(fleet: Fleet): void {
    if (this.#fleet !== fleet || this.#adopted === fleet) return;
    const one = this.#anyRunner();
    if (one !== undefined)
      syncFleet(monitorFor(this, one.runner, { fleet, queue: one.queue }), { allowShrink: true }).then(
        () => {
          this.#adopted = fleet;
        },
        (thrown: unknown) => this.#expected(one.runner, thrown),
      );
    this.time.at(this.time.nowMs() + 2 * MINUTE_MS, () => this.#adopt(fleet));
  }

  /** Operators' actions: they pause, mute and acknowledge, and they change canaries; in the end they undo all of it. */
  #schedulePeople(): void {
    const { prng, time } = this;
    const { fromMs, toMs } = this.#phase;
    const lastsMs = toMs - fromMs;
    for (let n = prng.between(0, 8); n > 0; n -= 1)
      time.at(fromMs + prng.next() * lastsMs, () => this.#tell(prng.pick(this.#canaries).name, this.#act()));
    for (let n = prng.between(0, 3); n > 0; n -= 1)
      time.at(fromMs + prng.next() * lastsMs, () => this.#deploy(fleetOf(this.#changed())));
    for (let n = this.#editsChannels ? this.#edits.between(1, 6) : 0; n > 0; n -= 1)
      time.at(fromMs + this.#edits.next() * lastsMs, () =>
        this.#deploy(withOtherChannels(this.#fleet, this.#edits)),
      );
    time.at(toMs + SECOND_MS, () => {
      this.#deploy(fleetOf(this.#canaries));
      for (const { name } of this.#canaries) this.#tell(name, [{ kind: 'unsilence' }, { kind: 'resume' }]);
    });
  }

  #act(): readonly AlertEventInput[] {
    const { prng } = this;
    const by = { by: 'ann', reason: 'moving house' };
    const untilMs = this.time.nowMs() + prng.between(10 * MINUTE_MS, 2 * HOUR_MS);
    return prng.pick<readonly AlertEventInput[]>([
      [{ kind: 'pause', ...by }],
      [{ kind: 'resume' }],
      [{ kind: 'silence', untilMs, ...by }],
      [{ kind: 'unsilence' }],
      [{ kind: 'ack', untilMs, by: 'ann' }],
    ]);
  }

  #tell(name: string, events: readonly AlertEventInput[]): void {
    const one = this.#anyRunner();
    if (one === undefined) return;
    const { alerting } = monitorFor(this, one.runner, one);
    alerting.apply(name, events).catch((thrown: unknown) => {
      this.#expected(one.runner, thrown);
      if (!this.isChaotic) this.time.at(this.time.nowMs() + SECOND_MS, () => this.#tell(name, events));
    });
  }

  #expected(runner: SimRunner, thrown: unknown): void {
    if (thrown instanceof CanaryError) this.note({ what: 'gave up', runner: runner.name, about: 'an act' });
    else this.bug(runner, thrown);
  }

  /** The canaries without some, and with other policies for some. */
  #changed(): readonly ScheduledCanary[] {
    const { prng } = this;
    return this.#canaries.flatMap((canary) => {
      if (prng.isLucky(0.2)) return [];
      if (!prng.isLucky(0.4)) return [canary];
      const of = prng.between(1, 5);
      const alert: AlertPolicy = {
        ...canary.alert,
        after: { failures: prng.between(1, of), of },
        recover: prng.between(1, 3),
        severity: prng.pick(['info', 'warning', 'critical'] as const),
        to: prng.pick([['chat'], ['mail'], ['chat', 'pager'], ['pager', 'mail']]),
      };
      return [{ ...canary, alert }];
    });
  }
}

function fleetOf(canaries: readonly ScheduledCanary[]): Fleet {
  const project = {
    ...NO_PROJECT,
    channels: CHANNELS,
    operators: OPERATORS,
    maintenance: MAINTENANCE,
  };
  return { project, environment: DEFAULT_ENVIRONMENT, canaries };
}

/** The fleet after an edit of its project: a channel renamed, removed, or moved to another address. */
function withOtherChannels(fleet: Fleet, prng: Prng): Fleet {
  const { project, canaries } = fleet;
  const { name, address } = prng.pick(project.channels);
  const edit = prng.pick(['rename', 'move', 'remove'] as const);
  const isRemoved = edit === 'remove' && project.channels.length > 1;
  const renamed = edit === 'rename' ? `${name}${prng.between(2, 9)}` : name;
  const moved = edit === 'move' ? `${address} ${prng.between(2, 9)}` : address;
  const left = project.channels.filter((channel) => !(isRemoved && channel.name === name));
  const spare = left.find((channel) => channel.name !== name)?.name ?? name;
  const now = (named: string): string => (named !== name ? named : isRemoved ? spare : renamed);
  const all = (names: readonly string[]): readonly string[] => [...new Set(names.map(now))];
  const channels = left.map(({ fallback, ...channel }) => {
    const changed = channel.name === name ? { ...channel, name: renamed, address: moved } : channel;
    const next = fallback === undefined ? changed.name : now(fallback);
    return next === changed.name ? changed : { ...changed, fallback: next };
  });
  return {
    ...fleet,
    project: { ...project, channels, operators: all(project.operators) },
    canaries: canaries.map((canary) => ({
      ...canary,
      alert: { ...canary.alert, to: all(canary.alert.to) },
    })),
  };
}

function rulesOf(
  variant: Variant | undefined,
): Partial<{ decideClaim: typeof decideClaim; decideCommit: typeof decideCommit }> {
  if (variant === 'unfenced')
    return {
      decideCommit: (found, { owner, fence, ...ask }) =>
        decideCommit(found && { ...found, state: 'running', owner, fence }, { owner, fence, ...ask }),
    };
  if (variant === 'naive claim')
    return {
      decideClaim: (found, ask) =>
        found === undefined ? decideClaim(found, ask) : { answer: { held: false, by: found } },
    };
  return {};
}
