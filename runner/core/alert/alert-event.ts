import type { ChangesBefore } from '../model/change.ts';
import type { CanaryFacts, RunDigest } from '../notice/notice.ts';

/** Digests of the present addresses of the project's channels, by name; undefined if an address cannot be had just now. */
export type Addresses = ReadonlyMap<string, string | undefined>;

/** An event in the life of a canary's alerts. */
export type AlertEvent = SlotEvent | OperatorAction | ExternalEvent;

/** An event without its moment, which `Alerting.apply` adds when it applies the event. */
export type AlertEventInput = DistributiveOmit<AlertEvent, keyof EventMoment>;

type DistributiveOmit<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;

interface EventMoment {
  /** Moment at which the event is applied, epoch milliseconds. */
  readonly nowMs: number;
  /** True inside a maintenance window: it keeps notices back, and changes nothing else. */
  readonly inMaintenance: boolean;
}

/** The outcome of a slot. `passedOnDemand` is present if a run on demand has passed. */
export type SlotEvent = EventMoment & { readonly passedOnDemand?: true } & (
    | {
        /** Its run has ended. */
        readonly kind: 'result';
        readonly digest: RunDigest;
        readonly about: CanaryFacts;
        /** Changes since the last pass; read for a result that opens an incident. */
        readonly changes?: ChangesBefore;
      }
    | {
        /** It did not run, or its run was lost. */
        readonly kind: 'missed';
        /** The first slot, if several are recorded together. */
        readonly slotAtMs: number;
        readonly count: number;
        readonly reason: string;
        readonly about: CanaryFacts;
      }
  );

/** An operator's action on a canary, or a change of its file. */
export type OperatorAction = EventMoment &
  (
    | { readonly kind: 'pause'; readonly reason: string; readonly by: string }
    | { readonly kind: 'resume' }
    | {
        /** Its file is gone. */
        readonly kind: 'delete';
      }
    | {
        /** A file of that name is there again. */
        readonly kind: 'recreate';
        readonly incarnation: string;
        readonly about: CanaryFacts;
      }
    | {
        /** Keeps all notices back until then; a day at most. */
        readonly kind: 'silence';
        readonly untilMs: number;
        readonly reason: string;
        readonly by: string;
      }
    | { readonly kind: 'unsilence' }
    | {
        /** Keeps reminders of open incidents back until then; a day at most. */
        readonly kind: 'ack';
        readonly untilMs: number;
        readonly by: string;
      }
  );

/** An event that no run shows. */
type ExternalEvent = EventMoment &
  (
    | {
        /** A reason why there is no data, such as a broken channel. Opens an incident of the observer at once. */
        readonly kind: 'problem';
        readonly reason: string;
      }
    | {
        /** Closes the observer's incident. */
        readonly kind: 'resolved';
        readonly reason: string;
      }
    | {
        /** Time has passed, and channels may have changed. */
        readonly kind: 'tick';
        /** Absent: nothing is known of the channels. */
        readonly addresses?: Addresses | undefined;
      }
  );
