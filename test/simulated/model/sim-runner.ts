import type { Clock } from '../../../runner/core/base/clock.ts';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import { lastedMs, type Standstill } from '../../../runner/core/base/standstill.ts';
import type { FaultKind } from '../checks/event-log.ts';
import type { Prng } from './prng.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A fault of one call: before it reaches its port, or after. */
export type CallFault =
  | { readonly kind: 'refused'; readonly isFinal: boolean }
  | { readonly kind: 'answer lost'; readonly isFinal: boolean }
  | { readonly kind: 'slow'; readonly byMs: number }
  | { readonly kind: 'frozen'; readonly when: 'before' | 'after'; readonly forMs: number }
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' };

/** Environment of a runner. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly prng: Prng;
  /** The fault of this call, if any; drawn once for each attempt. */
  faultFor(runner: SimRunner, about: string): CallFault | undefined;
  befell(kind: FaultKind, runner: SimRunner, about: string, untilMs?: number): void;
  /** Its clock does not notice that it stands still. */
  readonly isUnaware?: boolean;
  /** After a sleep, timers ring before pending input is handled. */
  readonly ringsFirst?: boolean;
  /** Called when it has died. */
  died(runner: SimRunner): void;
}

/** Number of attempts of a call, as in the AWS SDK. */
const MOST_TRIES = 3;

/** One runner from its start to its death: it may sleep while time goes on, and its clock may be off. */
export class SimRunner {
  readonly name: string;
  readonly clock: Clock;
  readonly skewMs: number;
  readonly #in: Surroundings;
  #isAlive = true;
  #frozenUntilMs = 0;
  readonly #standstills: Standstill[] = [];

  constructor(name: string, skewMs: number, surroundings: Surroundings) {
    this.name = name;
    this.skewMs = skewMs;
    this.#in = surroundings;
    const { time } = surroundings;
    this.clock = {
      nowMs: () => time.nowMs() + skewMs,
      stoodStillMs: (sinceMs) =>
        surroundings.isUnaware === true ? 0 : lastedMs(this.#standstills, sinceMs - skewMs),
      at: (whenMs, fire) =>
        time.at(whenMs - skewMs, () => this.#goOn(fire, surroundings.ringsFirst !== true)),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Does something if it lives: now, or when it wakes. */
  goOn(does: () => void): void {
    this.#goOn(does, this.#in.ringsFirst === true);
  }

  /**
   * `waits`: runs after everything else if it is due while the runner stands still, or at the moment of its waking. Timers do, after
   * arrived input.
   */
  #goOn(does: () => void, waits: boolean, hasWaited = false): void {
    if (!this.#isAlive) return;
    const { time } = this.#in;
    const again = (): void => this.#goOn(does, waits, true);
    const nowMs = time.nowMs();
    const wakes = nowMs === this.#frozenUntilMs && (!waits || hasWaited);
    if (nowMs > this.#frozenUntilMs || wakes) does();
    else time.at(this.#frozenUntilMs, waits ? () => time.at(time.nowMs(), again) : again);
  }

  /** Waits for an answer after some time; it is delivered then, or when the runner wakes. */
  async hear(inMs: number): Promise<void> {
    const { time } = this.#in;
    const { promise, resolve } = Promise.withResolvers<void>();
    time.at(time.nowMs() + inMs, () => this.goOn(resolve));
    await promise;
  }

  /** A call to a port, with retries after temporary failures. A runner that dies in it never gets the answer. */
  async call<T>(about: string, work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.callOnce(about, work);
      } catch (thrown) {
        if (!(thrown instanceof CallFailed)) throw thrown;
        if (thrown.isFinal || tries === MOST_TRIES) throw new ObserverError(`${about}: ${thrown.message}`);
      }
      await this.clockSleep(tries * this.#in.prng.between(20, 400));
    }
  }

  /** @throws CallFailed by chance */
  async callOnce<T>(about: string, work: () => Promise<T>): Promise<T> {
    const { time, prng } = this.#in;
    const fault = this.#in.faultFor(this, about);
    const answer = Promise.withResolvers<T>();
    const latencyMs = prng.between(1, 30);
    let startsInMs = latencyMs;
    if (fault?.kind === 'slow') startsInMs += fault.byMs;
    if (fault?.kind === 'slow' || fault?.kind === 'refused' || fault?.kind === 'answer lost')
      this.#in.befell(fault.kind, this, about, time.nowMs() + startsInMs);
    if (fault?.kind === 'crash' && fault.when === 'before') {
      this.#die(about);
      return answer.promise;
    }
    if (fault?.kind === 'frozen' && fault.when === 'before') {
      this.standStill('frozen', about, fault.forMs);
      startsInMs += fault.forMs;
    }
    time.at(time.nowMs() + startsInMs, () => {
      if (fault?.kind === 'refused') {
        this.goOn(() => answer.reject(new CallFailed('refused', fault.isFinal)));
        return;
      }
      work().then(
        (value) => {
          if (fault?.kind === 'crash') this.#die(about);
          if (fault?.kind === 'frozen' && fault.when === 'after')
            this.standStill('frozen', about, fault.forMs);
          if (fault?.kind === 'answer lost')
            this.goOn(() => answer.reject(new CallFailed('its answer was lost', fault.isFinal)));
          else this.goOn(() => answer.resolve(value));
        },
        (thrown: unknown) => this.goOn(() => answer.reject(thrown)),
      );
    });
    return answer.promise;
  }

  #die(about: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#in.befell('crash', this, about);
    this.#in.died(this);
  }

  /** From now on, for so long. */
  standStill(kind: 'frozen' | 'standstill', about: string, forMs: number): void {
    if (!this.#isAlive) return;
    const fromMs = this.#in.time.nowMs();
    const untilMs = fromMs + forMs;
    this.#standstills.push({ fromMs, toMs: untilMs });
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, untilMs);
    this.#in.befell(kind, this, about, untilMs);
  }

  /** A sleep by its clock. */
  async clockSleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.at(this.clock.nowMs() + ms, resolve);
    await promise;
  }
}

/** A call that chance let fail. */
export class CallFailed extends Error {
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}
