import { ObserverError } from '../../core/base/errors.ts';

const LONGEST_MS = 5_000;

/** Tells somebody outside that the watching goes on. @throws ObserverError unless it was surely told. */
export async function notifyAlive(url: string): Promise<void> {
  const { host } = new URL(url);
  const answer = await fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(LONGEST_MS),
    redirect: 'error',
  }).catch((cause: unknown) => {
    throw new ObserverError(`The heartbeat address at ${host} could not be reached.`, { cause });
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new ObserverError(`The heartbeat address at ${host} answered ${answer.status}.`);
}
