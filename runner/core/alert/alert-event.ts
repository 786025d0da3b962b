import type { CanaryFacts, RunDigest } from '../notice/notice.ts';

/** Something that befalls the alerts of a canary. */
export type AlertEvent = SlotEvent | OperatorAction | ExternalEvent;

interface AnyEvent {
  /** When it is told to the stream, epoch milliseconds. */
  readonly nowMs: number;
  /** True inside a maintenance window. It mutes, and changes nothing else. */
  readonly inMaintenance: boolean;
}

/** What became of a slot. */
export type SlotEvent = AnyEvent &
  (
    | {
        /** Its run has ended. */
        readonly kind: 'result';
        readonly digest: RunDigest;
        readonly about: CanaryFacts;
      }
    | {
        /** It did not run, or its run was lost. */
        readonly kind: 'missed';
        /** Of several recorded together, the newest. */
        readonly slotAtMs: number;
        readonly count: number;
        readonly reason: string;
        readonly about: CanaryFacts;
      }
  );

/** What people did. */
export type OperatorAction = AnyEvent &
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
        /** Nobody is told anything until then, a day at most. */
        readonly kind: 'silence';
        readonly untilMs: number;
        readonly reason: string;
        readonly by: string;
      }
    | { readonly kind: 'unsilence' }
    | {
        /** Somebody looks after what people were told of: no reminders until then, a day at most. */
        readonly kind: 'ack';
        readonly untilMs: number;
        readonly by: string;
      }
  );

/** What no run shows. */
type ExternalEvent = AnyEvent &
  (
    | {
        /** Something makes it blind: a channel that is broken, say. It opens an incident at once. */
        readonly kind: 'trouble';
        readonly reason: string;
      }
    | {
        /** That is over, or blindness is known to be by other means. */
        readonly kind: 'relief';
        readonly reason: string;
      }
    | {
        /** Time has passed. */
        readonly kind: 'tick';
      }
  );
