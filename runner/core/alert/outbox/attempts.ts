import type { DeliveryFacts } from '../../base/errors.ts';
import { shortReason } from '../../base/format.ts';
import { omitUndefined } from '../../base/omit-undefined.ts';
import type { Delivered } from '../../notice/notifier.ts';
import type { PendingNotice } from '../alert-state.ts';
import type { NoticeAttempt } from '../notice-attempt.ts';
import { LEASE_MS, unrecordedReason } from './delivery.ts';

/** A pending notice under a lease, and its canary. */
interface LeasedNotice {
  readonly canary: string;
  readonly row: PendingNotice;
}

/** Answer of a channel to an attempt, or its `DeliveryError`. */
type Answer = Delivered | (DeliveryFacts & { readonly message: string });

/** The record of an attempt that has its answer. */
export function attemptOf(leased: LeasedNotice, answer: Answer): NoticeAttempt {
  const { address } = answer;
  const [result, reason] =
    'answer' in answer
      ? (['accepted', answer.answer] as const)
      : ([answer.unclear === true ? 'unclear' : 'refused', answer.message] as const);
  return { ...factsOf(leased), result, reason: shortReason(reason), ...omitUndefined({ address }) };
}

/** The record of an attempt whose sender stopped before it recorded the outcome. */
export function unrecordedAttempt(leased: LeasedNotice): NoticeAttempt {
  return { ...factsOf(leased), result: 'unclear', reason: unrecordedReason(leased.row) };
}

function factsOf({ canary, row }: LeasedNotice): Omit<NoticeAttempt, 'result' | 'reason'> {
  const { channel, notice, attempts } = row;
  const { id, incident, stream, kind } = notice;
  const { untilMs } = row.lease as NonNullable<PendingNotice['lease']>;
  const atMs = Math.floor(untilMs - LEASE_MS);
  return { canary, atMs, channel, notice: id, incident, stream, kind, number: attempts };
}
