import { formatDuration } from './duration.ts';
import type { Blame } from './verdict.ts';

export interface FaultOptions extends ErrorOptions {
  /** True if another attempt cannot help (access denied, no such table), so that a poll ends at once. @default false */
  readonly permanent?: boolean;
  /** True if an explicit `retry` may repeat the act: a connection error, 429 or 5xx. @default false */
  readonly retryable?: boolean;
}

/**
 * Base of the errors by which a step ends. The message has state, consequence and remedy. Any other error is a bug of ours (blame
 * `runner`).
 */
export abstract class CanaryError extends Error {
  abstract readonly blame: Blame;
  readonly permanent: boolean;
  readonly retryable: boolean;

  constructor(message: string, { permanent = false, retryable = false, ...options }: FaultOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.permanent = permanent;
    this.retryable = retryable;
  }
}

/** The canary, the project file or a required value is wrong or missing: the verdict is `error`. */
export class DefinitionError extends CanaryError {
  override readonly blame = 'definition';

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, permanent: true });
  }
}

/** The watched system refused, broke, or could not be reached: the verdict is `failed`. */
export class TargetError extends CanaryError {
  override readonly blame = 'target';
}

/** The runner could not observe or act (denied, throttled, an AWS API unavailable, a tap reader lost): the verdict is `error`. */
export class ObserverError extends CanaryError {
  override readonly blame = 'observer';
  /** True if one more poll may succeed at once: the answer was damaged on the way. */
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
   * `undecided` is the reason that applies without the standstill, whose length is in milliseconds. Only its first sentence is kept; the
   * remedy after that would be wrong.
   */
  constructor(stoodStillMs: number, undecided: string, options?: ErrorOptions) {
    const [conclusion] = undecided.split(/\.(?= [A-Z]|$)/, 1);
    super(
      `The runner stood still for ${formatDuration(stoodStillMs)}, so this says nothing of the system: ${conclusion}. ` +
        'Check its machine for a pause, sleep or lack of CPU.',
      options,
    );
  }
}

/** The runner or its machine is at fault (no file handles, no memory, an error outside the table): the verdict is `error`. */
export class RunnerError extends CanaryError {
  override readonly blame = 'runner';
}

/** Facts about a failed or uncertain delivery. Each is false, or unknown, unless it is given. */
export interface DeliveryFacts {
  /** The channel's `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number;
  /** True if it is unknown whether the receiver has the notice. @default true if it may arrive or is unconfirmed */
  readonly unclear?: boolean;
  /** True if the attempt timed out, so that the notice may still arrive, after later ones. */
  readonly mayArrive?: boolean;
  /** True if the sender stood still meanwhile, so that the failure does not count against the channel. */
  readonly stoodStill?: boolean;
  /** True if the receiver has the whole request, and its answer is late or unclear: every further try is one more message there. */
  readonly unconfirmed?: boolean;
  /** True if the notice is for an address that the channel no longer has, and that cannot be had any more. */
  readonly moved?: boolean;
  /** Digest of the address that refused the notice, if it could be had. */
  readonly address?: string;
}

const NO_FACTS = { mayArrive: false, stoodStill: false, unconfirmed: false, moved: false };

/** The delivery of a notice failed or is uncertain. The message never holds the channel's address, which is often a secret. */
export class DeliveryError extends CanaryError implements DeliveryFacts {
  override readonly blame = 'observer';
  readonly retryAfterMs?: number;
  readonly unclear: boolean;
  readonly mayArrive: boolean;
  readonly stoodStill: boolean;
  readonly unconfirmed: boolean;
  readonly moved: boolean;
  readonly address?: string;

  constructor(message: string, options?: Pick<FaultOptions, 'cause' | 'permanent'> & DeliveryFacts) {
    super(message, options);
    const { mayArrive, stoodStill, unconfirmed, moved } = { ...NO_FACTS, ...options };
    this.mayArrive = mayArrive;
    this.stoodStill = stoodStill;
    this.unconfirmed = unconfirmed;
    this.unclear = options?.unclear ?? (mayArrive || unconfirmed);
    this.moved = moved;
    if (options?.address !== undefined) this.address = options.address;
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The message of anything that was thrown. Errors of another realm have theirs, too. */
export function thrownMessage(thrown: unknown): string {
  return Error.isError(thrown) ? thrown.message : String(thrown);
}

const missing = new WeakSet<CanaryError>();

/** Marks an error for a missing resource: a table, a queue, an index. The resource may have existed before. */
export function asMissing<Fault extends CanaryError>(fault: Fault): Fault {
  missing.add(fault);
  return fault;
}

export function isMissing(fault: unknown): fault is CanaryError {
  return fault instanceof CanaryError && missing.has(fault);
}
