import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { CanaryError, DeliveryError } from '../../../runner/core/base/errors.ts';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Notifier } from '../../../runner/core/notice/notifier.ts';
import { NO_SECRETS } from '../../../runner/core/redaction/redact.ts';
import type { AlertStore, RunStore } from '../../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import type { AdvanceAsk, SlotKey } from '../../../runner/core/store/slots.ts';
import type { Leases } from '../../../runner/core/taps/ports.ts';
import { alertingOf } from '../../../runner/engine/alerting/alerting.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { canaryOf, type Fleet, type FleetContext } from '../../../runner/engine/fleet-context.ts';
import { eventReporters } from '../../support/run/reporting.ts';
import type { Simulation } from '../simulation.ts';
import { CHANNELS } from './fixture-fleet.ts';
import { CallFailed, type SimRunner } from './sim-runner.ts';
import { BROKEN, serviceFor } from './sim-service.ts';

/** The ports of a runner, with fault injection at each call. With a slot: for the run of that slot. */
export function monitorFor(
  simulation: Simulation,
  runner: SimRunner,
  {
    fleet,
    queue,
    slot,
  }: { readonly fleet: Fleet; readonly queue: FleetContext['queue']; readonly slot?: QueuedSlot },
): FleetContext {
  const shared = {
    engine: engineFor(simulation, runner, slot),
    fleet,
    alerts: alertsFor(simulation, runner, fleet),
    owner: runner.name,
  };
  const alerting = alertingOf({
    ...shared,
    leases: leasesFor(simulation, runner),
    notifierOf: (channel) => notifierFor(simulation, runner, addressIn(fleet, channel)),
  });
  return {
    ...shared,
    runs: runsFor(simulation, runner, fleet),
    alerting,
    queue: { holds: queue.holds, send: async (slots) => sendTo(simulation, runner, { queue, slots }) },
  };
}

async function sendTo(
  simulation: Simulation,
  runner: SimRunner,
  { queue, slots }: { readonly queue: FleetContext['queue']; readonly slots: readonly QueuedSlot[] },
): Promise<void> {
  if (simulation.variant === 'watermark first')
    for (const { canary } of slots) await advance(simulation, runner, { canary, toMs: runner.clock.nowMs() });
  await runner.call('send to queue', async () => {
    for (const { canary, slotAtMs } of slots) simulation.note({ what: 'sent', canary, slotAtMs });
    await queue.send(slots);
  });
}

async function advance(simulation: Simulation, runner: SimRunner, ask: AdvanceAsk): Promise<void> {
  return runner.call('advance', async () =>
    noted(simulation, [ask.canary], () => simulation.store.runs.advance(ask)),
  );
}

/** Writes down how far the watermarks of some canaries went. */
async function noted<T>(
  { store, note }: Simulation,
  canaries: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const before = (await store.runs.planning()).watermarks;
  const done = await work();
  const { watermarks } = await store.runs.planning();
  for (const canary of canaries) {
    const [fromMs, toMs] = [before.get(canary)?.toMs, watermarks.get(canary)?.toMs];
    if (toMs === undefined || toMs === fromMs) continue;
    note({ what: 'advanced', canary, toMs, ...(fromMs === undefined ? {} : { fromMs }) });
  }
  return done;
}

function runsFor(simulation: Simulation, runner: SimRunner, fleet: Fleet): RunStore {
  const { runs } = simulation.store;
  const through =
    <Ask, Answer>(about: string, method: (ask: Ask) => Promise<Answer>) =>
    async (ask: Ask): Promise<Answer> =>
      runner.call(about, async () => method(ask));
  return {
    claim: async (ask) =>
      runner.call('claim', async () => noted(simulation, [ask.canary], () => runs.claim(ask))),
    commit: through('commit', async ({ alerts, ...ask }) => {
      // A faulty way to save a state is one of its own.
      if (alerts === undefined || simulation.variant !== undefined) return runs.commit(ask);
      const before = simulation.states.get(ask.canary);
      const answer = await runs.commit({ ...ask, alerts });
      if (answer !== 'applied' || (before?.version ?? 0) !== alerts.version - 1) return answer;
      noteSaved(simulation, runner, { fleet, before, next: alerts });
      noteApplied(simulation, runner, { fleet, slot: ask });
      return answer;
    }),
    skip: through('skip', runs.skip),
    skipMissed: through('skipMissed', runs.skipMissed),
    expireLeases: through('expireLeases', runs.expireLeases),
    running: through('running', runs.running),
    unapplied: async () => runner.call('unapplied', runs.unapplied),
    markApplied: through('markApplied', async (slot) => {
      noteApplied(simulation, runner, { fleet, slot });
      return runs.markApplied(slot);
    }),
    keep: through('keep', runs.keep),
    history: through('history', runs.history),
    status: through('status', runs.status),
    runsWithId: through('runsWithId', runs.runsWithId),
    result: through('result', runs.result),
    watermark: through('watermark', runs.watermark),
    advance: async (ask) => advance(simulation, runner, ask),
    planning: async () => runner.call('planning', runs.planning),
    settle: async (asks) =>
      runner.call('settle', async () =>
        noted(
          simulation,
          asks.map(({ canary }) => canary),
          () => runs.settle(asks),
        ),
      ),
  };
}

function noteApplied(
  simulation: Simulation,
  { name: runner }: SimRunner,
  { fleet, slot }: { readonly fleet: Fleet; readonly slot: SlotKey },
): void {
  const { canary, slotAtMs } = slot;
  const isKnown = canaryOf({ fleet }, canary) !== undefined;
  simulation.note({ what: 'applied', runner, canary, slotAtMs, isKnown });
}

interface SavedState {
  readonly fleet: Fleet;
  readonly before: CanaryState | undefined;
  readonly next: CanaryState;
}

function noteSaved(
  simulation: Simulation,
  { name: runner }: SimRunner,
  { fleet, before, next }: SavedState,
): void {
  const { canary } = next;
  const policy = canaryOf({ fleet }, canary)?.alert;
  simulation.states.set(canary, next);
  simulation.note({ what: 'saved', runner, canary, next, ...omitUndefined({ before, policy }) });
}

function leasesFor({ store }: Simulation, runner: SimRunner): Leases {
  const { take, drop } = store.leases;
  return {
    take: async (ask) => runner.call('take lease', async () => take(ask)),
    drop: async (ask) => runner.call('drop lease', async () => drop(ask)),
  };
}

function alertsFor(simulation: Simulation, runner: SimRunner, fleet: Fleet): AlertStore {
  const { alerts } = simulation.store;
  const write = async (next: CanaryState, basedOn: number): Promise<boolean> => {
    const before = simulation.states.get(next.canary);
    const stored = simulation.variant === 'addresses forgotten' ? withoutAddresses(next) : next;
    const isSaved = await alerts.save(stored, basedOn);
    if (!isSaved || (before?.version ?? 0) !== basedOn) return isSaved;
    noteSaved(simulation, runner, { fleet, before, next });
    return true;
  };
  const save = async (next: CanaryState, basedOn: number): Promise<boolean> =>
    runner.call('save', async () => write(next, basedOn));
  return {
    load: async (name) => runner.call('load', async () => alerts.load(name)),
    save: async (next, basedOn) => {
      if (simulation.variant === 'marks first')
        return save({ ...next, outbox: next.outbox.filter(({ lease }) => lease === undefined) }, basedOn);
      const before = new Set(simulation.states.get(next.canary)?.outbox.map(({ id }) => id));
      const outbox = next.outbox.filter(({ id }) => before.has(id));
      if (simulation.variant !== 'writes twice' || outbox.length === next.outbox.length)
        return save(next, basedOn);
      const isSaved = await save({ ...next, outbox }, basedOn);
      return isSaved && save({ ...next, version: next.version + 1 }, next.version);
    },
    withNotices: async (dueByMs) => runner.call('withNotices', async () => alerts.withNotices(dueByMs)),
    all: async () => runner.call('all', alerts.all),
    addAttempts: async (attempts) => runner.call('addAttempts', async () => alerts.addAttempts(attempts)),
    attempts: async (ask) => runner.call('attempts', async () => alerts.attempts(ask)),
  };
}

/** A state that goes by the names of channels alone. */
function withoutAddresses(state: CanaryState): CanaryState {
  const { receipts: _, ...alert } = state.alert;
  return { ...state, alert };
}

/** A channel by its name, at an address. Faults belong to the kind, since names and addresses change. */
interface Place {
  readonly name: string;
  readonly address: string;
  readonly kind: string;
}

function addressIn({ project }: Fleet, name: string): Place {
  const { address, kind } = project.channels.find((channel) => channel.name === name) as Channel;
  return { name, address, kind };
}

/** A refusal that comes back, an answer that does not come back, or one that comes too late. */
function notifierFor(simulation: Simulation, runner: SimRunner, { address, kind }: Place): Notifier {
  const usual = CHANNELS.find((channel) => channel.kind === kind) as Channel;
  /** Receivers go by the usual name of their kind; at another address, by that too. */
  const nameOf = (at: string): string => (at === usual.address ? usual.name : `${usual.name} at ${at}`);
  return {
    address: async () => address,
    send: async (notice, { to = address, sent }) => {
      if (to !== address && !simulation.isKept(to))
        throw new DeliveryError('the former address cannot be had', { moved: true });
      const channel = nameOf(to);
      const faults = simulation.faults.channelAt(usual.name, simulation.time.nowMs());
      if (faults === 'slow') {
        const byMs = simulation.prng.between(2_000, 20_000);
        simulation.recordFault('channel slow', runner, channel, simulation.time.nowMs() + byMs);
        // It is with the channel already: that its sender sleeps meanwhile does not hold it up any longer.
        await new Promise<void>((done) => simulation.time.at(simulation.time.nowMs() + byMs, done));
      }
      let unclear = false;
      try {
        await runner.callOnce(`notifier ${channel}`, async () => {
          if (faults === 'refusing' || faults === 'gone') {
            simulation.recordFault(faults === 'gone' ? 'channel gone' : 'channel refused', runner, channel);
            const retry = simulation.prng.isLucky(0.2)
              ? { retryAfterMs: simulation.prng.between(0, 2_000_000) }
              : {};
            throw new DeliveryError(faults, { permanent: faults === 'gone', address: to, ...retry });
          }
          sent?.();
          unclear = true;
          for (const one of noticesIn(notice))
            simulation.note({
              what: 'heard',
              runner: runner.name,
              channel,
              notice: one,
              address: to,
              message: notice.id,
              key: notice.incident,
              isOpen: notice.group?.isOpen ?? notice.closedAtMs === undefined,
            });
          if (faults === 'answers lost' && simulation.prng.isLucky(0.7)) {
            simulation.recordFault('channel answer lost', runner, channel);
            throw new Error(BROKEN);
          }
        });
      } catch (thrown) {
        if (thrown instanceof DeliveryError) throw thrown;
        throw simulation.prng.isLucky(0.5)
          ? new DeliveryError('no answer', { cause: thrown, unclear })
          : thrown;
      }
      return { answer: 'ok', address: to };
    },
  };
}

/** The notices that a message joins, each as if it had come alone. */
function noticesIn({ group, ...notice }: Notice): readonly Notice[] {
  return group === undefined
    ? [notice]
    : group.members.map(({ incident, notice: id = notice.id, canary }) => ({
        ...notice,
        id,
        incident,
        about: { ...notice.about, canary },
      }));
}

function engineFor(simulation: Simulation, runner: SimRunner, slot: QueuedSlot | undefined): Engine {
  return {
    clock: runner.clock,
    random: { bytes: (count) => simulation.prng.bytes(count) },
    ...(slot === undefined ? { verbs: {}, nouns: {} } : serviceFor(simulation, runner, slot)),
    references: { read: async () => Promise.reject(new Error('no references in this simulation')) },
    feeds: { open: async () => Promise.reject(new Error('no feeds in this simulation')) },
    redactor: NO_SECRETS,
    clientOf: (constructor) => new constructor(undefined as never),
    classifyAwsError: (thrown) => {
      const isKnown = thrown instanceof CanaryError || thrown instanceof CallFailed;
      if (!isKnown && !(thrown instanceof Error && thrown.message === BROKEN)) simulation.bug(runner, thrown);
      return thrown;
    },
    inputFault: () => undefined,
    reporters: eventReporters(({ event, value }) => {
      if (event === 'onUndelivered')
        for (const notice of value) simulation.note({ what: 'undelivered', notice });
    }),
  };
}
