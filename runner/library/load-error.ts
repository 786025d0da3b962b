import type { Diagnostic } from '../load/yaml/diagnostics.ts';

/** Thrown for canaries that have errors in their files. Nothing was run. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  /** Errors and warnings of all files, sorted by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];

  /** `text` is the diagnostics as a command prints them. */
  constructor(text: string, diagnostics: readonly Diagnostic[]) {
    super(text);
    this.diagnostics = diagnostics;
  }
}
