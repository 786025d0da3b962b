import type { Notice } from '../../notice/notice.ts';
import type { CanaryState } from '../alert-state.ts';
import { type EnqueueResult, exists, type Routes, rowOf } from './outbox.ts';

/** An end that cannot be sent to the receiver that accepted the beginning. */
export interface UnsentEnd {
  /** The end. */
  readonly notice: Notice;
  /** The channel of the receiver, as it was called last. */
  readonly channel: string;
  /** Cause, as a sentence. */
  readonly reason: string;
}

/**
 * The state with a notice to the operators that asks them to close an incident by hand at a receiver. The end counts as undelivered. The notice
 * is an incident of its own that is over at once, so a pager records it and pages no one.
 */
export function withByHand(
  state: CanaryState,
  { notice, channel, reason }: UnsentEnd,
  { routes, nowMs }: { readonly routes: Routes; readonly nowMs: number },
): EnqueueResult {
  const incident = `${notice.incident}~${channel}`;
  const { run: _, ...facts } = notice;
  const asking: Notice = {
    ...facts,
    id: `${incident}:combined:1`,
    incident,
    stream: 'observer',
    kind: 'combined',
    number: 1,
    atMs: nowMs,
    byHand: channel,
    reason: `Close ${notice.incident} by hand at channel '${channel}': it was notified of the beginning, and cannot be notified of the end. ${reason}`,
  };
  const operators = routes.observer.filter((name) => exists(name, routes));
  const rows = operators.map((name) =>
    rowOf(asking, { channel: name, nowMs, besides: operators.filter((other) => other !== name) }),
  );
  const known = new Set(state.outbox.map(({ id }) => id));
  const outbox = [...state.outbox, ...rows.filter(({ id }) => !known.has(id))];
  return { state: { ...state, outbox }, undelivered: [notice] };
}
