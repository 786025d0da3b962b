import { CanaryError, TargetError } from '../core/errors.ts';
import { networkTrouble } from '../core/network-trouble.ts';

/** What a connection error says about the system: it could not be reached, so it is to blame. Other errors stay as they are. */
export function networkFault(thrown: unknown, url: URL): unknown {
  if (thrown instanceof CanaryError) return thrown;
  const own = ownErrorIn(thrown);
  if (own !== undefined) return own;
  const trouble = networkTrouble(thrown);
  if (trouble === undefined) return thrown;
  const { words, code } = trouble;
  return new TargetError(`${url.host} ${words} (${code}).`, { cause: thrown, retryable: true });
}

/** A refusal of ours that undici or Node wrapped. */
function ownErrorIn(thrown: unknown): CanaryError | undefined {
  for (let error = thrown; Error.isError(error); error = error.cause) {
    if (error instanceof CanaryError) return error;
  }
  return undefined;
}
