import type { Mark as VerdictMark } from '../base/verdict.ts';

/** A stretch of time. Epoch milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something that took time. An act is filled, a wait outlined, and a watch for a thing that must not come is dashed. */
export interface Bar extends Stretch {
  readonly shape: 'act' | 'wait' | 'never';
  readonly verdict: VerdictMark;
  readonly label: string;
}

/** Something that was seen: when it happened, if its service states that, and when it was seen. */
export interface Sighting {
  readonly shape: 'sighting';
  readonly happenedAtMs?: number;
  readonly seenAtMs: number;
  /** Number of things at this moment. @default 1 */
  readonly count?: number;
  readonly verdict: VerdictMark;
  readonly label: string;
}

/** Something that was expected and not seen by its deadline. */
export interface Missing {
  readonly shape: 'missing';
  readonly deadlineMs: number;
  readonly verdict: VerdictMark;
  readonly label: string;
}

export type TimelineMark = Bar | Sighting | Missing;

/** A resource and what happened there. */
export interface Lane {
  /** The resource: `bus shop`, `table shop-orders`, `http://127.0.0.1:3000`. */
  readonly service: string;
  readonly marks: readonly TimelineMark[];
}

/** One series of events across services. Epoch milliseconds. */
export interface Timeline {
  readonly startMs: number;
  readonly endMs: number;
  /** In the order of their first mark. */
  readonly lanes: readonly Lane[];
  /** Stretches in which the observer could not see well: the process stood still, or a tap was unhealthy. */
  readonly unseen?: readonly Stretch[];
}
