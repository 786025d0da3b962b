import { memoryDesk } from '../../../runner/adapters/inbox/memory-desk.ts';
import type { Inbox, InboxAnswer, RefusedRequest } from '../../../runner/core/inbox/ports.ts';
import type { Post } from '../../../runner/core/network/post.ts';
import { inboxesOf } from '../../../runner/engine/inbox/inboxes.ts';
import { feedOf, type ReceivedRequest, receive } from '../../../runner/engine/inbox/receive.ts';
import { ManualClock } from './manual-clock.ts';

export const REMEDY = 'Look at the tunnel.';
/** The requests that an inbox takes, by default. */
export const MOST = 4;
/** The most by which the receiver's clock is taken to be behind. */
export const CLOCKS_DIFFER_MS = 7;

/** Inboxes and their receiver, over memory. */
export class InboxReceiver {
  readonly clock: ManualClock;
  readonly memory = memoryDesk(feedOf);
  readonly #most: number;
  #drawn = 0;
  /** The requests that the receiver could not take. */
  refused: readonly RefusedRequest[] = [];
  readonly random = {
    bytes: (count: number): Uint8Array => {
      this.#drawn += 1;
      return Uint8Array.from(
        { length: count },
        (_, n) => (n * 31 + this.#drawn * 7 + (this.#drawn >> 8)) % 256,
      );
    },
  };
  /** The way of probes. */
  post: Post = async ({ url, headers = {} }) => {
    const { status } = await this.send({ target: url.pathname, headers });
    return { status, body: '' };
  };
  readonly inboxes;

  constructor({
    clock = new ManualClock(),
    most = MOST,
  }: { readonly clock?: ManualClock; readonly most?: number } = {}) {
    this.clock = clock;
    this.#most = most;
    this.inboxes = inboxesOf({
      ...this.memory,
      clock,
      random: this.random,
      baseUrl: async () => 'https://inbox.example',
      post: async (request) => this.post(request),
      refused: () => this.refused,
      remedy: REMEDY,
    });
  }

  /** Sends a request, as the system would. */
  async send(request: Partial<ReceivedRequest>): Promise<InboxAnswer> {
    const whole = {
      method: 'POST',
      target: '/',
      headers: {},
      body: new Uint8Array(),
      isWhole: true,
      ...request,
    };
    const { clock, random } = this;
    const more = { clock, random, most: this.#most, clocksDifferMs: CLOCKS_DIFFER_MS };
    return receive(whole, { ...this.memory, ...more });
  }

  async open(): Promise<Inbox> {
    return this.inboxes.open({ untilMs: this.clock.nowMs() + 60_000 });
  }
}

/** The path of an inbox. */
export function pathOf({ url }: Pick<Inbox, 'url'>): string {
  return new URL(url).pathname;
}
