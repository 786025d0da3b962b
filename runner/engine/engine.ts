import type { Clock, Random } from '../core/base/clock.ts';
import type { JsonMap } from '../core/base/json.ts';
import type { RunId } from '../core/base/run-id.ts';
import type { CleanupList, OwnerProcess } from '../core/cleanup/pending-cleanups.ts';
import type { References } from '../core/expression/reference.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Progress } from '../core/model/progress.ts';
import type { Environment, Project } from '../core/model/project.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { Redactor } from '../core/redaction/redact.ts';
import type { Feeds, Noun, Verb } from '../kinds/kind.ts';

/** All that runs need from outside; made once, shared by every run of a process. */
export interface Engine {
  readonly clock: Clock;
  readonly random: Random;
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly nouns: Readonly<Record<string, Noun>>;
  readonly references: References;
  readonly feeds: Feeds;
  readonly redactor: Redactor;
  /** A client for acting is never asked twice by itself; one for looking may be. */
  clientOf<Client>(
    constructor: new (config: never) => Client,
    purpose: 'act' | 'look',
    address?: string,
  ): Client;
  /** Turns what an SDK throws into one of our errors; gives back anything else as it is. */
  classifyAwsError(thrown: unknown): unknown;
  /** What is wrong with an input after its values were put in, in one sentence, or undefined. */
  inputFault(kind: Verb | Noun, input: JsonMap): Promise<string | undefined> | string | undefined;
  /** Where the Lambda runtime API listens, when not at its usual place: no canary may reach it. */
  readonly runtimeApi?: string;
  /** Where it is noted what runs may leave, and in whose name. Absent: nothing is noted. */
  readonly cleanups?: { readonly list: CleanupList; readonly owner: OwnerProcess };
  /** Absent where no results are kept. */
  readonly earlier?: EarlierRuns;
  onProgress?(progress: Progress): void;
}

/** One run to be made. */
export interface RunRequest {
  readonly canary: Canary;
  readonly project: Project;
  readonly environment: Environment;
  /** Ends the run early; its cleanup still runs. */
  readonly signal: AbortSignal;
  /** An earlier run whose generated data is wanted again. */
  readonly seed?: RunId;
  /** Leaves everything in place: no cleanup. */
  readonly keep?: boolean;
  /** The scheduled moment it is for, epoch milliseconds; its start, when left out. */
  readonly slotAtMs?: number;
}

/** Tells of earlier runs, where results are kept. */
export interface EarlierRuns {
  /** Where runs look: region, endpoint, profile. A run elsewhere says nothing of a thing here. */
  readonly account: string;
  /** The newest run of a canary that passed or was degraded, if it is still kept. */
  lastGreen(canary: string): Promise<RunResult | undefined>;
}
