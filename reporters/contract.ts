import type { Clock, Random } from '../runner/core/base/clock.ts';
import type { Post } from '../runner/core/network/post.ts';
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
  /** Posts to an address by HTTP. */
  readonly post: Post;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Fills the references of a `target` in, as those of a channel. Absent in `coalmine run`, which has no project of its own.
   * @throws DefinitionError for a name that the environment does not define, and the errors of the references.
   */
  readonly fill?: (text: string) => Promise<string>;
  /** Registers a secret, which is masked in all output from then on. */
  learn(secret: string): void;
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
  /** True if its `target` may hold references, which it fills in by `fill`. */
  readonly fills?: true;
  /** The places where it works. @default everywhere */
  readonly only?: readonly Place[];
  /** Headers in a target, by their names in lower case; references in them as they are written. */
  headersIn?(target: string): Readonly<Record<string, string>>;
  /** @throws DefinitionError for a target that it cannot use. */
  open(context: ReporterContext): Promise<Reporter> | Reporter;
}
