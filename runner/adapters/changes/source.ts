import type { ChangesAsk, ReadChanges } from '../../core/model/change.ts';
import type { AwsClients } from '../aws/clients.ts';

/** A type of resource whose changes AWS dates. Its AWS client is loaded when the first one is read. */
export interface ChangeSource {
  /**
   * Changes in a period, of those that AWS still lists; later ones may be among them.
   * @throws the error of the call, such as a refusal.
   */
  read(
    address: string,
    ask: ChangesAsk & { readonly clients: Pick<AwsClients, 'clientOf'> },
  ): Promise<ReadChanges>;
  /** Permission that it takes. Optional: without it, a change is reported as unknown. */
  readonly action: string;
}
