import { formatDuration } from './duration.ts';
import type { Blame } from './verdict.ts';

/** Details of a fault beside its words. */
export interface FaultOptions extends ErrorOptions {
  /** True if looking again cannot help (access denied, no such table), so that a poll ends at once. @default false */
  readonly lasting?: boolean;
  /** True for what an explicit `retry` may repeat: a connection error, 429 or 5xx. @default false */
  readonly retryable?: boolean;
}

/**
 * What is thrown when a step cannot go on. Its message says what happened, why it matters and what to do.
 * Anything thrown that is not one of these is a bug of ours (blame `runner`).
 */
export abstract class CanaryError extends Error {
  abstract readonly blame: Blame;
  readonly lasting: boolean;
  readonly retryable: boolean;

  constructor(message: string, { lasting = false, retryable = false, ...options }: FaultOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.lasting = lasting;
    this.retryable = retryable;
  }
}

/** The canary, the project file or a value that they need is wrong or missing: the verdict is `error`. */
export class DefinitionError extends CanaryError {
  override readonly blame = 'definition';

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, lasting: true });
  }
}

/** The watched system refused, broke, or could not be reached: the verdict is `failed`. */
export class TargetError extends CanaryError {
  override readonly blame = 'target';
}

/** We could not look or act (denied, throttled, an AWS API away, a watcher lost): the verdict is `error`. */
export class ObserverError extends CanaryError {
  override readonly blame = 'observer';
  /** True if one more look at once may see what this one could not: what it read was damaged on the way. */
  readonly again: boolean;

  constructor(
    message: string,
    { again = false, ...options }: FaultOptions & { readonly again?: boolean } = {},
  ) {
    super(message, options);
    this.again = again;
  }
}

/** The runner stood still (paused, asleep, short of CPU) while time decided something: the verdict is `error`. */
export class StandstillError extends CanaryError {
  override readonly blame = 'runner';

  /**
   * `undecided` would have been the reason if the runner had not stood still for so many milliseconds. Its first sentence is
   * told; what to do about it, which comes after that, would be wrong.
   */
  constructor(stoodStillMs: number, undecided: string, options?: ErrorOptions) {
    const [told] = undecided.split(/\.(?= [A-Z]|$)/, 1);
    super(
      `The runner stood still for ${formatDuration(stoodStillMs)}, so this says nothing of the system: ${told}. ` +
        'Check its machine for a pause, sleep or lack of CPU.',
      options,
    );
  }
}

/** The runner or its machine is at fault (no file handles, no memory, an error that is not in the table): the verdict is `error`. */
export class RunnerError extends CanaryError {
  override readonly blame = 'runner';
}

/** A notice did not surely reach its channel. Its message never holds the channel's address, which is often a secret. */
export class DeliveryError extends CanaryError {
  override readonly blame = 'observer';
  /** True where trying again cannot help: the channel is gone, or refuses what it is given. */
  readonly permanent: boolean;
  /** How long the channel asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** True where it was not waited for any longer, so that it may still arrive, after what is sent next. */
  readonly mayArrive: boolean;
  /** True where the sender stood still meanwhile, so that it says nothing of the channel. */
  readonly stoodStill: boolean;

  constructor(
    message: string,
    options?: ErrorOptions & {
      readonly permanent?: boolean;
      readonly retryAfterMs?: number;
      readonly mayArrive?: boolean;
      readonly stoodStill?: boolean;
    },
  ) {
    super(message, options);
    this.permanent = options?.permanent ?? false;
    this.mayArrive = options?.mayArrive ?? false;
    this.stoodStill = options?.stoodStill ?? false;
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

const missing = new WeakSet<CanaryError>();

/** Marks an error that says that a thing is not there: a table, a queue, an index. It may be one that was there before. */
export function asMissing<Fault extends CanaryError>(fault: Fault): Fault {
  missing.add(fault);
  return fault;
}

/** True for an error that was marked so. */
export function isMissing(fault: unknown): fault is CanaryError {
  return fault instanceof CanaryError && missing.has(fault);
}
