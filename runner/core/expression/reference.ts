/** A value outside the file: `${env:NAME}`, `${ssm:/path}`, `${secret:name#key}`, `${cf:stack.Output}`, `${cf:stack/LogicalId}`. */
export interface ExternalName {
  readonly scheme: 'env' | 'ssm' | 'secret' | 'cf';
  readonly name: string;
}

export interface ReadHow {
  readonly fresh?: boolean;
  readonly previous?: boolean;
}

/** Reads values from outside the file. */
export interface References {
  /**
   * A value may be some minutes old; `fresh` reads it again, for one that its target refused. `previous` reads the version before it, of a
   * source that keeps one.
   * @throws DefinitionError with the missing name and the remedy; ObserverError if it could not be read.
   */
  read(reference: ExternalName, how?: ReadHow): Promise<ExternalValue>;
}

/** The value of a reference; a secret is masked in all output. */
export interface ExternalValue {
  readonly value: string;
  readonly secret: boolean;
}
