import type { CanaryState } from '../../core/alert/alert-state.ts';
import { sharedChannels } from '../../core/alert/grouping/shared-channels.ts';
import { newCanaryState } from '../../core/alert/outbox/apply-events.ts';
import { written } from '../../core/alert/outbox/delivery.ts';
import { type Routes, routesOf } from '../../core/alert/outbox/outbox.ts';
import { channelOfAlerts } from '../../core/alert/runner-alerts.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { randomHex } from '../../core/base/run-id.ts';
import type { CanaryFacts } from '../../core/notice/notice.ts';
import { DamagedRecordError } from '../../core/store/damaged.ts';
import { canaryOf, type FleetContext, factsOf, newWriteId } from '../fleet-context.ts';

/** Tries to save one canary's state; far more than there are writers that meet on it. */
const MAX_TRIES = 20;

/** The parts of a context that states are read and written with. */
export interface StatesContext extends Pick<FleetContext, 'engine' | 'fleet' | 'alerts' | 'owner'> {
  /** Called before a new state replaces a damaged one. */
  replaced(name: string): Promise<void>;
}

/** Values for one try to change a state. */
export interface WriteContext {
  readonly nowMs: number;
  readonly routes: Routes;
  /** Identifies this write, so that a save whose answer was lost is recognised. */
  readonly writer: string;
}

/** Options of a change. */
export interface ChangeOptions<Outcome> {
  /** The state as the caller last read it; the first try uses it instead of reading. */
  readonly known?: CanaryState | undefined;
  /** Runs before each save, so that a crash between the two loses nothing; may run more than once. */
  beforeSave?(outcome: Outcome): Promise<void>;
}

/** The alert states of a fleet's canaries. */
export class CanaryStates {
  readonly #context: StatesContext;
  #sharedChannels: ReadonlySet<string> | undefined;

  constructor(context: StatesContext) {
    this.#context = context;
  }

  /**
   * Changes a canary's state and saves it; begins again if another writer saved in between. A change that returns the same
   * state object saves nothing.
   * @throws ObserverError after 20 tries.
   */
  async change<Outcome extends { readonly state: CanaryState }>(
    name: string,
    change: (state: CanaryState, write: WriteContext) => Outcome,
    { known, beforeSave }: ChangeOptions<Outcome> = {},
  ): Promise<Outcome> {
    const { alerts } = this.#context;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const unread = tries === 0 ? known : undefined;
      const state = unread ?? (await this.#load(name));
      const write = this.writeContext(name);
      const outcome = change(state, write);
      if (outcome.state === state) {
        // "Nothing changes" must hold for the stored state, not for one that was read some time ago.
        if (unread !== undefined) continue;
        return outcome;
      }
      await beforeSave?.(outcome);
      if (await alerts.save(outcome.state, state.version)) return outcome;
    }
    throw new ObserverError(`Other processes wrote the state of ${name} ${MAX_TRIES} times in between.`);
  }

  /** The stored state; a new one if there is none, or in place of a damaged one. */
  async #load(name: string): Promise<CanaryState> {
    const { alerts, replaced } = this.#context;
    try {
      return (await alerts.load(name)) ?? this.#newState(name);
    } catch (thrown) {
      if (!(thrown instanceof DamagedRecordError)) throw thrown;
      const { version, writer } = { version: thrown.version, writer: newWriteId(this.#context) };
      const state = written({ ...this.#newState(name), version }, writer);
      // Operators are notified first: killed in between, the damaged state is found again.
      await replaced(name);
      if (await alerts.save(state, version)) return state;
      return this.#load(name);
    }
  }

  writeContext(name: string): WriteContext {
    const nowMs = this.#context.engine.clock.nowMs();
    return { nowMs, routes: this.routesOf(name), writer: newWriteId(this.#context) };
  }

  /** A deleted canary and the runner itself have no channels of their own: their notices go to the operators. */
  routesOf(name: string): Routes {
    const { project } = this.#context.fleet;
    const broken = channelOfAlerts(name);
    // Without operators, every other channel is notified that one is broken.
    const others = broken === undefined ? [] : project.channels.map((channel) => channel.name);
    const routes = routesOf({ to: canaryOf(this.#context, name)?.alert.to ?? others }, project, broken);
    return { ...routes, shared: this.#shared() };
  }

  #shared(): ReadonlySet<string> {
    const { project, canaries } = this.#context.fleet;
    this.#sharedChannels ??= sharedChannels(
      canaries.map(({ alert }) => alert),
      project,
    );
    return this.#sharedChannels;
  }

  #newState(name: string): CanaryState {
    const { engine, fleet } = this.#context;
    const canary = canaryOf(this.#context, name);
    const about = canary === undefined ? this.#factsWithoutFile(name) : factsOf(canary, fleet);
    return newCanaryState(about, randomHex(engine.random, 4));
  }

  #factsWithoutFile(name: string): CanaryFacts {
    const { project, environment } = this.#context.fleet;
    const owner = project.operators.join(', ') || project.name;
    return {
      canary: name,
      project: project.name,
      environment: environment.name,
      owner,
      tags: [],
      source: '',
    };
  }
}
