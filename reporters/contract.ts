import type { Reporter } from '../runner/core/report/reporter.ts';

/** A destination of text. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The stream behind it, for a display that moves the cursor; its writer leaves no control character in the text. */
  readonly terminal?: Output;
}

/** A place where canaries run. */
export type Place = 'run' | 'watch' | 'functions';

/** Makes clients of the AWS SDK, by whose credentials the runner keeps its own state. */
export type ClientOf = <Client>(constructor: new (config: never) => Client) => Client;

/** Everything that a reporter may use. */
export interface ReporterContext {
  /** The text after the colon of `name:target`: a file, an address. */
  readonly target?: string;
  /** Standard output, or the file that `target` names. */
  readonly out: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that paths in results are relative to. Absent in a function, which has no files of canaries. */
  readonly cwd?: string;
  readonly clientOf: ClientOf;
  /** Metrics of each step are wanted too. */
  readonly stepMetrics: boolean;
  /** Prints a line for the operator. */
  print(line: string): void;
}

/** A row of `reporters/registry/table.ts`. */
export interface ReporterKind {
  readonly name: string;
  /** A few words for `--help`. */
  readonly summary: string;
  /** True if it writes to `out`: then `target` is a file. */
  readonly text?: true;
  /** The environment variable with its file, to which it appends if no `target` is given. Without the variable it needs a `target`. */
  readonly appendsTo?: string;
  /** The places where it works. @default everywhere */
  readonly only?: readonly Place[];
  /** @throws DefinitionError for a target that it cannot use. */
  open(context: ReporterContext): Promise<Reporter> | Reporter;
}
