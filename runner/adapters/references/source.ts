import type { ExternalValue } from '../../core/expression/reference.ts';
import type { AwsClients } from '../aws/clients.ts';

/** Where values outside the file come from. Its AWS client is loaded when the first value is read. */
export interface Source {
  /** What has to be read for a name: the parameter, the secret whatever the key, the stack whatever the output. */
  holderOf(name: string): string;
  /** Reads it; what it gives back finds the value of each name in it, and throws a DefinitionError where there is none. */
  read(
    holder: string,
    ask: { readonly clients: AwsClients; readonly signal: AbortSignal },
  ): Promise<(name: string) => ExternalValue>;
  /** Names of the errors by which AWS says that it is not there. */
  readonly absent: readonly string[];
  /** That it is not there, and what to do, in a sentence or two. */
  sayAbsent(holder: string): string;
  /** What the runner's role needs to read a name. */
  permissions(name: string): readonly { readonly action: string; readonly resource: string }[];
}
