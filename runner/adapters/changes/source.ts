import type { Change } from '../../core/model/change.ts';
import type { AwsClients } from '../aws/clients.ts';

/** A type of resource whose changes AWS dates. Its AWS client is loaded when the first one is read. */
export interface ChangeSource {
  /**
   * Changes at a moment or later, of those that AWS still lists.
   * @throws the error of the call, such as a refusal.
   */
  read(
    address: string,
    ask: {
      readonly clients: Pick<AwsClients, 'clientOf'>;
      readonly fromMs: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Change[]>;
  /** Permission that it takes. Optional: without it, a change is reported as unknown. */
  readonly action: string;
}
