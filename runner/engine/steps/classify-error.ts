import { CanaryError } from '../../core/base/errors.ts';
import type { Blame, Verdict } from '../../core/base/verdict.ts';

/** Meaning of an error for a step or a run. */
export interface ErrorClass {
  readonly verdict: Verdict;
  readonly blame: Blame;
  readonly reason: string;
}

/** Thrown into a run that its user ends. */
export class Interrupted extends CanaryError {
  override readonly blame = 'observer';
}

/**
 * The one place that turns an error into a verdict. After a cancellation its reason counts: the AWS SDK throws an `AbortError` of its own
 * instead.
 */
export function classifyError(
  thrown: unknown,
  sortFault: (thrown: unknown) => unknown,
  signal: AbortSignal,
  hop = '',
): ErrorClass {
  const first: unknown = signal.aborted ? (signal.reason as unknown) : thrown;
  const cause = sortFault(first);
  if (cause instanceof CanaryError) {
    // An SDK's error does not name the canary's resource.
    const about = cause === first || hop === '' ? '' : `${hop}: `;
    const verdict = cause.blame === 'target' ? 'failed' : 'error';
    return { verdict, blame: cause.blame, reason: `${about}${cause.message}` };
  }
  const words = Error.isError(cause) ? `${namedOf(cause)}: ${cause.message}` : String(cause);
  return {
    verdict: 'error',
    blame: 'runner',
    reason: `This is a fault of Coalmine itself, please report it: ${words}`,
  };
}

/** The name of an error, with its code if it has one: by that it is found. */
function namedOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
