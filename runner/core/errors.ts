import { sayDuration } from './duration.ts';
import type { Blame } from './verdict.ts';

/**
 * What is thrown when a step cannot go on. Its message says what happened, why it matters and what to do.
 * Anything thrown that is not one of these is a bug of ours (blame `runner`).
 */
export abstract class CanaryError extends Error {
  abstract readonly blame: Blame;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The canary, the project file or a value that they need is wrong or missing: the verdict is `error`. */
export class DefinitionError extends CanaryError {
  override readonly blame = 'definition';
}

/** The watched system refused, broke, or could not be reached: the verdict is `failed`. */
export class TargetError extends CanaryError {
  override readonly blame = 'target';
  /** True for what an explicit `retry` may repeat: a connection error, 429 or 5xx. */
  readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly retryable?: boolean }) {
    super(message, options);
    this.retryable = options?.retryable ?? false;
  }
}

/** We could not look or act (denied, throttled, an AWS API away, a watcher lost): the verdict is `error`. */
export class ObserverError extends CanaryError {
  override readonly blame = 'observer';
  /** True where looking again cannot help (access denied, no such table), so that a poll ends at once. */
  readonly lasting: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly lasting?: boolean }) {
    super(message, options);
    this.lasting = options?.lasting ?? false;
  }
}

/** The runner stood still (paused, asleep, short of CPU) while time decided something: the verdict is `error`. */
export class StandstillError extends CanaryError {
  override readonly blame = 'runner';

  /** `undecided` is the sentence that would have been the reason, had the runner not stood still for so many milliseconds. */
  constructor(stoodStillMs: number, undecided: string, options?: ErrorOptions) {
    super(
      `The runner stood still for ${sayDuration(stoodStillMs)}, so this says nothing of the system: ${undecided.replace(/\.$/, '')}. ` +
        'Check its machine for a pause, sleep or lack of CPU.',
      options,
    );
  }
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
