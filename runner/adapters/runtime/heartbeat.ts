import { ObserverError } from '../../core/base/errors.ts';
import { type PostOptions, poster } from './post.ts';

const LONGEST_MS = 5_000;

/**
 * Posts a sign of life, for 5 s at most. It follows no redirect and reaches no forbidden address. An error names the host alone:
 * the rest of the URL may be a secret.
 * @throws ObserverError unless the answer has a status of success.
 */
export async function sendHeartbeat(url: string, options: PostOptions = {}): Promise<void> {
  const at = addressOf(url);
  const place = `The heartbeat address at ${at.host}`;
  const { status } = await poster(options)({ url: at, place, signal: AbortSignal.timeout(LONGEST_MS) });
  if (status < 200 || status > 299) throw new ObserverError(`${place} answered ${status}.`);
}

function addressOf(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new ObserverError('The heartbeat address is not a URL. Nothing was sent. Correct the address.', {
    permanent: true,
  });
}
