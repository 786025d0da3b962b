import { ObserverError } from '../../core/base/errors.ts';

/** The id that AWS returns for a sent message. An endpoint that returns none is not AWS, whatever its status. */
export function receiptOf(id: string | undefined, sent: string): string {
  if (id !== undefined && id !== '') return id;
  throw new ObserverError(
    `${sent}, and was answered without the id that AWS gives: what answered is not AWS. Check AWS_ENDPOINT_URL and any proxy on the way.`,
    { permanent: true },
  );
}
