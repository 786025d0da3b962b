/**
 * Thrown for arguments and options that cannot be used, before anything was run. Examples are a path without canaries, an environment or tag
 * that does not exist, and a state that cannot be opened. The message has the remedy.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
