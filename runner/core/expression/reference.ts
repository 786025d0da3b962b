/** A value outside the file: `${env:NAME}`, `${ssm:/path}`, `${secret:name#key}`, `${cf:stack.Output}`. */
export interface ExternalName {
  readonly scheme: 'env' | 'ssm' | 'secret' | 'cf';
  readonly name: string;
}

/** Reads values from outside the file. */
export interface References {
  /**
   * A value may be some minutes old; `fresh` reads it again, for one that was refused where it was used.
   * @throws DefinitionError naming what is missing and what to do; ObserverError where it could not be read.
   */
  read(reference: ExternalName, how?: { readonly fresh?: boolean }): Promise<ExternalValue>;
}

/** What a reference stands for; a secret is masked in everything that is told. */
export interface ExternalValue {
  readonly value: string;
  readonly secret: boolean;
}
