import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { Journal } from '../../core/taps/ports.ts';
import { PROBE } from '../../core/taps/probe.ts';
import { Sleep } from '../abort.ts';
import { unlessStoodStill } from '../standstill.ts';

/** The parts that prove the way from a bus or topic into a tap's queue. */
export interface TapPathOf {
  readonly feed: string;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Sends a probe over the bus or topic itself, and gives the run id that it carries. Absent: nothing may be sent there. */
  readonly send: (() => Promise<string>) | undefined;
  /** Checks the parts of the path. @throws ObserverError that names what is missing */
  inspect(): Promise<void>;
  /** True if this process may send now, if several read one journal. @default it may */
  claim?(): Promise<boolean>;
}

/** Interval of probes, and validity of a message that came out of the tap. In milliseconds. */
export const PROBE_EVERY_MS = 300_000;
/**
 * The longest time from sending to the journal, in milliseconds. EventBridge delivers in well under a second at its 99th
 * percentile, SNS in less. A tap reader that is a function is woken within a second.
 */
export const LONGEST_WAY_MS = 15_000;
/** The pause between two reads of the journal, in milliseconds. */
export const PAUSE_MS = 200;
/** Validity of an inspection, in milliseconds: EventBridge limits an account to some tens of calls a second. */
const INSPECTED_MS = 10_000;

/** The note on a tap over whose topic nothing may be sent. */
const UNPROVEN =
  "path not proven: its subscription, filter policy and queue policy are in place, and nothing was sent. 'probe: true' sends a message";

/** The way from a bus or topic into the queue of its tap. */
export class TapPath {
  readonly #of: TapPathOf;
  readonly #ending = new AbortController();
  #provenAtMs = Number.NEGATIVE_INFINITY;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #proving: Promise<void> | undefined;
  #inspected: { readonly atMs: number; readonly outcome: Promise<void> } | undefined;

  constructor(of: TapPathOf) {
    this.#of = of;
  }

  /** A note for the report, if the proof is incomplete. */
  get caveat(): string | undefined {
    return this.#of.send === undefined ? `The tap on ${this.#of.feed}: ${UNPROVEN}.` : undefined;
  }

  /**
   * Checks that it is in place, before any act, and begins the proof, so that a check need not wait.
   * @throws ObserverError that names what is missing
   */
  async open(): Promise<void> {
    await this.#inspect();
    this.#prove().catch(() => {
      // the check reports it
    });
  }

  stop(): void {
    this.#ending.abort();
  }

  /**
   * Returns if messages sent until now had to reach the tap's queue, by the evidence at hand.
   * @throws ObserverError otherwise: a missing message may never have come.
   */
  async check(): Promise<void> {
    await this.#prove();
    if (this.#of.clock.nowMs() - this.#provenAtMs > INSPECTED_MS) await this.#inspect();
  }

  async #prove(): Promise<void> {
    const { send, clock } = this.#of;
    if (send === undefined || clock.nowMs() - this.#provenAtMs < PROBE_EVERY_MS) return;
    this.#proving ??= this.#proveBy(send).finally(() => {
      this.#proving = undefined;
    });
    await this.#proving;
  }

  async #proveBy(send: () => Promise<string>): Promise<void> {
    const { clock, feed } = this.#of;
    if (await this.#cameOut()) return;
    const sleep = new Sleep(clock, this.#ending.signal);
    const untilMs = await this.#sendOnce(send);
    while (!(await this.#cameOut())) {
      if (clock.nowMs() >= untilMs || this.#ending.signal.aborted)
        throw unlessStoodStill(undelivered(feed), { clock, sinceMs: untilMs - LONGEST_WAY_MS });
      await sleep.until(clock.nowMs() + PAUSE_MS);
    }
  }

  /** Sends a probe if one is due; returns the time by which it, or that of another process, must have come out. */
  async #sendOnce(send: () => Promise<string>): Promise<number> {
    const { clock, claim } = this.#of;
    const nowMs = clock.nowMs();
    if (nowMs - this.#sentAtMs < PROBE_EVERY_MS) return this.#sentAtMs + LONGEST_WAY_MS;
    const mayISend = (await claim?.()) ?? true;
    if (!mayISend) return nowMs + LONGEST_WAY_MS;
    await send();
    this.#sentAtMs = nowMs;
    return nowMs + LONGEST_WAY_MS;
  }

  /** True if a probe came out of the tap lately, whichever process sent it. */
  async #cameOut(): Promise<boolean> {
    const { journal, feed, clock } = this.#of;
    const entries = await journal.read({ feed, key: PROBE, sinceMs: clock.nowMs() - PROBE_EVERY_MS });
    this.#provenAtMs = Math.max(this.#provenAtMs, ...entries.map(({ receivedAtMs }) => receivedAtMs));
    return entries.length > 0;
  }

  async #inspect(): Promise<void> {
    const { clock, inspect } = this.#of;
    const nowMs = clock.nowMs();
    if (this.#inspected === undefined || nowMs - this.#inspected.atMs > INSPECTED_MS)
      this.#inspected = { atMs: nowMs, outcome: inspect() };
    await this.#inspected.outcome;
  }
}

function undelivered(feed: string): Error {
  return new ObserverError(
    `A probe that was sent over ${feed} did not come out of its tap within ${formatDuration(LONGEST_WAY_MS)}, so it may have ` +
      "missed others. Look at the targets of its rule or its subscription, at their failed deliveries, and at the policy and KMS key of the tap's queue.",
  );
}
