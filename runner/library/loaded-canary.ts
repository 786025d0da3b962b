/** The key of the whole canary in one that a program holds. */
export const WHOLE: unique symbol = Symbol('the whole canary');

/** A canary that was read and checked, for `run`. */
export interface LoadedCanary {
  readonly name: string;
  readonly owner: string;
  readonly tags: readonly string[];
  /** Its file, relative to the folder that paths are relative to. */
  readonly file: string;
  readonly [WHOLE]: object;
}
