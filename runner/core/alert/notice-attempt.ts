import type { AlertStream, Notice } from '../notice/notice.ts';

/** Record of one attempt to send a notice. It is added once, and never changed. */
export interface NoticeAttempt {
  readonly canary: string;
  /** Begin of its lease, epoch milliseconds, whole. */
  readonly atMs: number;
  readonly channel: string;
  /** Id of the notice. */
  readonly notice: string;
  readonly incident: string;
  readonly stream: AlertStream;
  readonly kind: Notice['kind'];
  /** Number of this attempt among those for the pending notice, from 1. */
  readonly number: number;
  /** `unclear`: the notice may have arrived. */
  readonly result: 'accepted' | 'refused' | 'unclear';
  /** The channel's answer, or why it did not accept the notice: one sentence, masked, at most 500 characters. */
  readonly reason: string;
  /** Digest of the address that answered; absent if it could not be had. */
  readonly address?: string;
}
