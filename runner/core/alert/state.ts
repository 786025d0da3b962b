import type { Notice } from './notice.ts';

/** A notice on its way to one channel. */
export interface PendingNotice {
  /** `<notice>:<channel>`. */
  readonly id: string;
  readonly channel: string;
  readonly notice: Notice;
  readonly createdAtMs: number;
  readonly attempts: number;
  /** Epoch milliseconds before which it is not tried again. */
  readonly nextAttemptAtMs: number;
  /** Who is sending it, and until when nobody else may. */
  readonly lease?: { readonly owner: string; readonly fence: number; readonly untilMs: number };
  /** What the last attempt came to. */
  readonly lastFault?: string;
  /** The channel that it stands in for. */
  readonly insteadOf?: string;
}

/** All that is kept of a canary in one record: written as a whole, under a version. */
export interface CanaryState {
  readonly canary: string;
  readonly version: number;
  /** Minted for the write that made this version. */
  readonly writer: string;
  /** The life of its incidents: what `core/alert/fold.ts` gave back; JSON, and opaque to stores. */
  readonly alert: AlertState;
  /** Notices not yet delivered, in the order in which they were decided. */
  readonly outbox: readonly PendingNotice[];
}

/** The life of a canary's incidents, as plain JSON. Its form belongs to `core/alert/fold.ts`. */
export interface AlertState {
  /** Of the form that this code writes; a newer one is refused, not guessed at. */
  readonly form: 1;
}
