import type { ExternalName, ExternalValue } from '../../core/expression/reference.ts';
import type { AwsClients } from '../aws/clients.ts';

/** A source of values outside the file. Its AWS client is loaded when the first value is read. */
export interface Source {
  /** A name of each form. */
  readonly examples: readonly string[];
  /** The unit of a read: the parameter, the secret for any key, the stack for any output. */
  holderOf(name: string): string;
  /**
   * Reads it; the result finds the value of each name in it, and throws a DefinitionError if there is none. `previous` asks for the version
   * before the present one; a source that keeps none gives the present one.
   */
  read(
    holder: string,
    ask: { readonly clients: AwsClients; readonly signal: AbortSignal; readonly previous: boolean },
  ): Promise<(name: string) => ExternalValue>;
  /** Names of AWS's errors for a missing one. */
  readonly absent: readonly string[];
  /** Message for a missing one, with the remedy, in a sentence or two. */
  formatAbsent(holder: string): string;
  /** Required permissions of the runner's role to read a name. */
  permissions(name: string): readonly SourcePermission[];
}

/** A permission to read a value. */
export interface SourcePermission {
  readonly action: string;
  /** The resource, in words for people. */
  readonly resource: string;
  /** Its name or ARN, if the words are not that. */
  readonly on?: string;
}

/** Sources by the word before the colon: all of them, or those that a bundle holds. */
export type Sources = Readonly<Partial<Record<SourceScheme, Source>>>;

/** The words of references that are read from AWS. */
export type SourceScheme = Exclude<ExternalName['scheme'], 'env'>;
