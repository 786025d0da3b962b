import type { TapMessage, TapQueue } from '../../runner/core/ports.ts';
import { Nap } from '../../runner/engine/wait.ts';
import type { ManualClock } from './manual-clock.ts';

/** A queue whose receives wait by a manual clock. */
export class ScriptedQueue implements TapQueue {
  readonly clock: ManualClock;
  readonly removed: string[] = [];
  readonly released: string[] = [];
  fault: Error | undefined;
  readonly #waiting: TapMessage[] = [];

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  send(messageId: string, body: unknown, more: Partial<TapMessage> = {}): void {
    this.#waiting.push({
      messageId,
      receipt: messageId,
      body: JSON.stringify(body),
      attributes: {},
      sentAtMs: this.clock.nowMs(),
      receiveCount: 1,
      ...more,
    });
  }

  async receive({
    waitSeconds,
    signal,
  }: {
    waitSeconds: number;
    signal: AbortSignal;
  }): Promise<readonly TapMessage[]> {
    const nap = new Nap(this.clock, signal);
    for (
      let waited = 0;
      waited < waitSeconds * 10 && this.#waiting.length === 0 && this.fault === undefined;
      waited += 1
    ) {
      await nap.until(this.clock.nowMs() + 100);
      signal.throwIfAborted();
    }
    if (this.fault !== undefined) throw this.fault;
    return this.#waiting.splice(0);
  }

  async remove(messages: readonly TapMessage[]): Promise<void> {
    this.removed.push(...messages.map(({ messageId }) => messageId));
  }

  async release(messages: readonly TapMessage[]): Promise<void> {
    this.released.push(...messages.map(({ messageId }) => messageId));
  }
}
