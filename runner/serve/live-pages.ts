import { createHash } from 'node:crypto';
import type { Clock } from '../core/base/clock.ts';
import { changedParts, type Part, RELOAD, type SplitPage, splitPage, wholeOf } from './parts.ts';

/** A reader of one page, who receives its changes. */
export interface Subscriber {
  send(part: Part): void;
  /** Called after each rendering: false if the page could not be made, so that the reader's is not known to be true any more. */
  upToDate(isSo: boolean): void;
}

export interface LivePagesOptions {
  readonly clock: Clock;
  /** Renders the page at a path; undefined if there is none. */
  render(path: string): Promise<string | undefined>;
  /** Receives what went wrong. The page is rendered again with the next change. */
  failed(thrown: unknown): void;
}

/** Time between two renderings of a page: at least this, and so many times as long as a rendering takes. */
const BETWEEN_MS = 50;
const REST = 20;

interface Topic {
  readonly path: string;
  readonly subscribers: Set<Subscriber>;
  /** Subscribers that have seen a rendering of their own, by its digest. */
  readonly newcomers: Map<Subscriber, string>;
  /** The rendering that all others have. */
  last?: SplitPage;
  isDirty: boolean;
  isBusy: boolean;
  /** Takes the timer of the next rendering back. */
  forget(): void;
}

/** Pages with readers. A page is rendered when something changed and it has a reader, so that pages without readers cost nothing. */
export class LivePages {
  readonly #options: LivePagesOptions;
  readonly #topics = new Map<string, Topic>();

  constructor(options: LivePagesOptions) {
    this.#options = options;
  }

  /** A page with the address of its changes: the script of the page subscribes to them. */
  async page(path: string): Promise<string | undefined> {
    const page = await this.#options.render(path);
    if (page === undefined) return undefined;
    const up = '../'.repeat(path.split('/').length - 1);
    const query = new URLSearchParams({ page: path, seen: seenOf(page) });
    const events = `${up}events?${query.toString()}`.replaceAll('&', '&amp;');
    return page.replace('<body', `<body data-live="${events}"`);
  }

  /** Sends the changes of a page to a reader from now on. `seen` is the digest of the rendering that the reader has. */
  subscribe(path: string, seen: string, subscriber: Subscriber): () => void {
    const topic = this.#topics.get(path) ?? newTopic(path);
    this.#topics.set(path, topic);
    topic.subscribers.add(subscriber);
    topic.newcomers.set(subscriber, seen);
    void this.#update(topic);
    return () => {
      topic.subscribers.delete(subscriber);
      topic.newcomers.delete(subscriber);
      if (topic.subscribers.size > 0) return;
      topic.forget();
      if (this.#topics.get(path) === topic) this.#topics.delete(path);
    };
  }

  /** Renders the pages that something changed, if they are read. */
  changed(isAffected: (path: string) => boolean): void {
    for (const topic of this.#topics.values()) if (isAffected(topic.path)) void this.#update(topic);
  }

  /** Renders a page at once, and again a while later if it changed in between. */
  async #update(topic: Topic): Promise<void> {
    topic.isDirty = true;
    if (topic.isBusy) return;
    topic.isBusy = true;
    const { clock } = this.#options;
    const begunMs = clock.nowMs();
    await this.#send(topic);
    const tookMs = clock.nowMs() - begunMs;
    if (topic.subscribers.size === 0) return;
    topic.forget = clock.at(clock.nowMs() + Math.max(BETWEEN_MS, REST * tookMs), () => {
      topic.isBusy = false;
      if (topic.isDirty) void this.#update(topic);
    });
  }

  async #send(topic: Topic): Promise<void> {
    topic.isDirty = false;
    const newcomers = new Map(topic.newcomers);
    try {
      const page = await this.#options.render(topic.path);
      if (page === undefined) return;
      const now = splitPage(page);
      const parts = topic.last === undefined ? [] : changedParts(topic.last, now);
      const [style, digest] = [digestOf(now.style), digestOf(now.body)];
      for (const subscriber of topic.subscribers) {
        const seen = newcomers.get(subscriber);
        // One who came while the page was made gets it with the next rendering.
        if (seen === undefined && topic.newcomers.has(subscriber)) continue;
        if (seen !== undefined) topic.newcomers.delete(subscriber);
        for (const part of seen === undefined ? parts : newsFor(seen, { style, digest, now }))
          subscriber.send(part);
      }
      topic.last = now;
      for (const subscriber of topic.subscribers) subscriber.upToDate(true);
    } catch (thrown) {
      for (const subscriber of topic.subscribers) subscriber.upToDate(false);
      this.#options.failed(thrown);
    }
  }
}

function newTopic(path: string): Topic {
  return {
    path,
    subscribers: new Set(),
    newcomers: new Map(),
    isDirty: false,
    isBusy: false,
    forget: () => {},
  };
}

/** The digests of a rendering: of its style, by which kinds of pages differ, and of its body. */
function seenOf(page: string): string {
  const { style, body } = splitPage(page);
  return `${digestOf(style)}.${digestOf(body)}`;
}

/** Parts for a reader who comes with a rendering of before: none, the body, or a page of another kind. */
function newsFor(
  seen: string,
  { style, digest, now }: { readonly style: string; readonly digest: string; readonly now: SplitPage },
): readonly Part[] {
  const [seenStyle, seenBody] = seen.split('.');
  if (seenBody !== undefined && seenStyle !== style) return [RELOAD];
  return seenBody === digest ? [] : [wholeOf(now)];
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 16);
}
