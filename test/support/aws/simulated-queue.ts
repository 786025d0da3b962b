import type { TapMessage, TapQueue } from '../../../runner/core/taps/ports.ts';
import type { QueueCounts } from '../../../runner/core/taps/queue-counts.ts';
import { Sleep, sleepUntil } from '../../../runner/engine/abort.ts';
import type { ManualClock } from '../run/manual-clock.ts';

/** Options of a message, apart from its body. */
export interface Sent {
  readonly groupId?: string;
  readonly delaySeconds?: number;
  /** Number of receives in the queue that it was redriven from. */
  readonly receiveCount?: number;
  readonly sentAtMs?: number;
  /** Fields that SQS would add. */
  readonly more?: Partial<TapMessage>;
}

interface Stored {
  readonly message: Omit<TapMessage, 'receipt' | 'receiveCount'>;
  receiveCount: number;
  visibleAtMs: number;
  /** Undefined until it is received. */
  receipt: string | undefined;
}

/**
 * Outcome of one receive. `refused`: the queue refuses. `lost`: the queue answers, and the answer does not arrive. `reset`: the connection
 * breaks at once, and the queue goes on with its poll. `silent`: no answer comes, nor an error. `late`: the answer takes nine seconds. `slow`: it
 * takes 300 ms.
 */
export type Mishap = 'refused' | 'lost' | 'reset' | 'silent' | 'late' | 'slow';

const MOST = 10;
const LATE_MS = 9_000;
const SLOW_MS = 300;

/** A queue of SQS by a manual clock: visibility timeouts, delays, message groups, receive counts, answers that are lost. */
export class SimulatedQueue implements TapQueue {
  readonly isFifo: boolean;
  readonly clock: ManualClock;
  readonly delaySeconds: number;
  readonly removed: string[] = [];
  /** Outcomes of the next receives; they are answered if it is empty. */
  readonly mishaps: (Mishap | undefined)[] = [];
  /** Applies until it is cleared. */
  fault: Error | undefined;
  hideFault: Error | undefined;
  /** The counts as SQS has not brought them up to date yet. */
  staleCounts: Partial<QueueCounts> = {};
  /** Delay of its counts. */
  countTakesMs = 0;
  readonly asks: { readonly waitSeconds: number; readonly hideSeconds: number }[] = [];
  #stored: Stored[] = [];
  #receipts = 0;
  readonly #waiting = new Set<Sleep>();

  constructor(
    clock: ManualClock,
    { isFifo = false, delaySeconds = 0 }: { readonly isFifo?: boolean; readonly delaySeconds?: number } = {},
  ) {
    this.clock = clock;
    this.isFifo = isFifo;
    this.delaySeconds = delaySeconds;
  }

  send(messageId: string, body: unknown, more: Sent = {}): void {
    const nowMs = this.clock.nowMs();
    const { delaySeconds = this.delaySeconds, receiveCount = 0, sentAtMs = nowMs, groupId = 'g' } = more;
    this.#stored.push({
      message: {
        messageId,
        body: JSON.stringify(body),
        attributes: {},
        sentAtMs,
        ...(this.isFifo ? { groupId } : {}),
        ...more.more,
      },
      receiveCount,
      visibleAtMs: nowMs + delaySeconds * 1_000,
      receipt: undefined,
    });
    this.#wake();
  }

  /** A server shows its own copy of a message, as those of a standard queue may: with a receive count of its own. */
  copy(messageId: string, { receiveCount = 0 }: Pick<Sent, 'receiveCount'> = {}): void {
    const stored = this.#stored.find(({ message }) => message.messageId === messageId);
    if (stored === undefined) return;
    this.#stored.push({ ...stored, receiveCount, visibleAtMs: this.clock.nowMs(), receipt: undefined });
    this.#wake();
  }

  /** The ids of its messages, visible or not. */
  get holds(): readonly string[] {
    return this.#stored.map(({ message }) => message.messageId);
  }

  /** The ids of its received messages that are still hidden. */
  get hidden(): readonly string[] {
    return this.#stored.filter((one) => this.#isInFlight(one)).map(({ message }) => message.messageId);
  }

  async receive(ask: {
    readonly waitSeconds: number;
    readonly hideSeconds: number;
    readonly signal?: AbortSignal;
    /** Mishaps are those of the reader that is tested. */
    readonly by?: 'another';
  }): Promise<readonly TapMessage[]> {
    const { waitSeconds, hideSeconds, signal = new AbortController().signal, by } = ask;
    if (by !== undefined) return this.#poll(waitSeconds, hideSeconds);
    this.asks.push({ waitSeconds, hideSeconds });
    const mishap = this.mishaps.shift();
    if (this.fault !== undefined) throw this.fault;
    if (mishap === 'refused') throw new Refused();
    const answer = this.#poll(waitSeconds, hideSeconds);
    if (mishap === 'reset') throw new Error('ECONNRESET');
    if (mishap === 'silent') await sleepUntil(Number.POSITIVE_INFINITY, this.clock, signal);
    signal.throwIfAborted();
    const messages = await answer;
    if (mishap === 'late') await this.clock.sleep(LATE_MS);
    if (mishap === 'slow') await this.clock.sleep(SLOW_MS);
    if (mishap === 'lost') throw new Error('the answer was lost');
    return messages;
  }

  isRefusal(thrown: unknown): boolean {
    return thrown instanceof Refused;
  }

  async remove(messages: readonly TapMessage[]): Promise<void> {
    this.#stored = this.#stored.filter(({ receipt }) => !messages.some((one) => one.receipt === receipt));
    this.removed.push(...messages.map(({ messageId }) => messageId));
    this.#wake();
  }

  /** Another process deletes a message, by a receipt that it has from before. */
  deletes(messageId: string): void {
    this.#stored = this.#stored.filter(({ message }) => message.messageId !== messageId);
  }

  async hide(messages: readonly TapMessage[], seconds: number): Promise<readonly TapMessage[]> {
    if (this.hideFault !== undefined) throw this.hideFault;
    const untilMs = this.clock.nowMs() + seconds * 1_000;
    const gone = messages.filter((one) => !this.#stored.some(({ receipt }) => receipt === one.receipt));
    for (const stored of this.#stored) {
      if (messages.some(({ receipt }) => receipt === stored.receipt)) stored.visibleAtMs = untilMs;
    }
    this.#wake();
    return gone;
  }

  async count(): Promise<QueueCounts> {
    if (this.countTakesMs > 0) await this.clock.sleep(this.countTakesMs);
    const nowMs = this.clock.nowMs();
    const inFlight = this.#stored.filter((one) => this.#isInFlight(one)).length;
    const delayed = this.#stored.filter(
      ({ visibleAtMs, receipt }) => visibleAtMs > nowMs && receipt === undefined,
    ).length;
    const visible = this.#stored.length - inFlight - delayed;
    return { visible, inFlight, delayed, delaySeconds: this.delaySeconds, ...this.staleCounts };
  }

  async #poll(waitSeconds: number, hideSeconds: number): Promise<readonly TapMessage[]> {
    const endMs = this.clock.nowMs() + waitSeconds * 1_000;
    const sleep = new Sleep(this.clock, new AbortController().signal);
    this.#waiting.add(sleep);
    let messages = this.#handOut(hideSeconds);
    while (messages.length === 0 && this.clock.nowMs() < endMs) {
      const nowMs = this.clock.nowMs();
      const changes = this.#stored.map(({ visibleAtMs }) => visibleAtMs).filter((atMs) => atMs > nowMs);
      await sleep.until(Math.min(endMs, ...changes));
      messages = this.#handOut(hideSeconds);
    }
    this.#waiting.delete(sleep);
    return messages;
  }

  #handOut(hideSeconds: number): readonly TapMessage[] {
    const nowMs = this.clock.nowMs();
    const busy = new Set(this.isFifo ? this.#groupsInFlight() : []);
    const ready = this.#stored.filter(
      ({ visibleAtMs, message }) => visibleAtMs <= nowMs && !busy.has(message.groupId),
    );
    return ready.slice(0, MOST).map((stored) => {
      stored.receiveCount += 1;
      stored.visibleAtMs = nowMs + hideSeconds * 1_000;
      stored.receipt = `${stored.message.messageId}-${(this.#receipts += 1)}`;
      return { ...stored.message, receipt: stored.receipt, receiveCount: stored.receiveCount };
    });
  }

  #groupsInFlight(): readonly (string | undefined)[] {
    return this.#stored.filter((one) => this.#isInFlight(one)).map(({ message }) => message.groupId);
  }

  #isInFlight({ visibleAtMs, receipt }: Stored): boolean {
    return visibleAtMs > this.clock.nowMs() && receipt !== undefined;
  }

  #wake(): void {
    for (const sleep of this.#waiting) sleep.wake();
  }
}

/** The queue's own no. */
class Refused extends Error {}
