import type { JournalEntry } from '../taps/ports.ts';

/** An answer of an inbox. */
export interface InboxAnswer {
  /** 200 to 599. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer for requests of a method, at a path below the inbox; for all of them without either. */
export interface AnswerRule {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly answer: InboxAnswer;
}

/** An open inbox, as its receiver knows it. */
export interface InboxRecord {
  /** Epoch milliseconds: later requests are refused. */
  readonly untilMs: number;
  readonly rules: readonly AnswerRule[];
}

/** A request that came to a receiver, and that it could not take whole: the journal has nothing of it. */
export interface RefusedRequest {
  readonly atMs: number;
  /** Absent if it was refused before it was read so far. */
  readonly method?: string | undefined;
  /** Path and query; absent as the method is. */
  readonly target?: string | undefined;
  /** The reason, as a clause: `its headers are longer than 16 KiB`. */
  readonly why: string;
}

/** A request that an inbox missed: it may have been for a check of any method and path that are absent here. */
export interface MissedRequest {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  /** The reason, as a clause. */
  readonly why: string;
}

/** The open inboxes, by the digest of their tokens: no receiver keeps a token. */
export interface InboxDesk {
  /** Opens an inbox, or replaces its record. */
  write(digest: string, record: InboxRecord): Promise<void>;
  find(digest: string): Promise<InboxRecord | undefined>;
  /** Counts one more request. False if `most` were counted before, or if the inbox is closed. */
  admit(digest: string, most: number): Promise<boolean>;
  /** The number of requests that were counted. */
  counted(digest: string): Promise<number>;
  remove(digest: string): Promise<void>;
}

/** Opens the inboxes of runs. */
export interface Inboxes {
  /** @throws ObserverError if a request to it does not arrive */
  open(options: { readonly untilMs: number }): Promise<Inbox>;
}

/** The URL of one run, and the requests that came there. */
export interface Inbox {
  readonly url: string;
  /** The secret part of the URL. */
  readonly token: string;
  answer(rule: AnswerRule): Promise<void>;
  /** All requests until now, the oldest first. */
  read(): Promise<readonly JournalEntry[]>;
  /** Requests that came since then, in epoch milliseconds, and that `read` cannot show. */
  missed(sinceMs: number): Promise<readonly MissedRequest[]>;
  subscribe(wake: () => void): () => void;
  /** Resolves when a request of ours has arrived. @throws ObserverError otherwise */
  assertReachable(): Promise<void>;
  close(): Promise<void>;
}

/** The inbox of a run, which keeps the secrets that come there. */
export interface RunInbox extends Inbox {
  /** Masks a text in all output of the run, such as a credential that the system sent. A short one is masked only next to its name. */
  mask(text: string, name: string): void;
}
