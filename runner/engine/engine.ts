import type { Clock, Random } from '../core/base/clock.ts';
import type { JsonMap } from '../core/base/json.ts';
import type { RunId } from '../core/base/run-id.ts';
import type { CleanupList, OwnerProcess } from '../core/cleanup/pending-cleanups.ts';
import type { Changeable } from '../core/compare/changeable.ts';
import type { References } from '../core/expression/reference.ts';
import type { Inboxes } from '../core/inbox/ports.ts';
import type { Canary } from '../core/model/canary.ts';
import type { ChangesAsk, ReadChanges } from '../core/model/change.ts';
import type { Environment, Project } from '../core/model/project.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { ProxyFor } from '../core/network/proxies.ts';
import type { Redactor } from '../core/redaction/redact.ts';
import type { Reporters } from '../core/report/reporters.ts';
import type { Feeds } from '../core/taps/feeds.ts';
import type { Leases } from '../core/taps/ports.ts';
import type { Noun, Verb } from '../kinds/kind.ts';

/** Ports and services of all runs; made once, shared by every run of a process. */
export interface Engine {
  readonly clock: Clock;
  readonly random: Random;
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly nouns: Readonly<Record<string, Noun>>;
  readonly references: References;
  readonly feeds: Feeds;
  /** Opens the inboxes of runs; absent where no run is made. */
  readonly inboxes?: Inboxes;
  readonly redactor: Redactor;
  /** A client for acting never retries by itself; one for polling may. */
  clientOf<Client>(
    constructor: new (config: never) => Client,
    purpose: 'act' | 'observe',
    address?: string,
  ): Client;
  /** Turns an SDK's error into one of ours; returns any other unchanged. */
  classifyAwsError(thrown: unknown): unknown;
  /** The fault of an input after its values were filled in, in one sentence; undefined if it is valid. */
  inputFault(kind: Verb | Noun, input: JsonMap): Promise<string | undefined> | string | undefined;
  /** Address of the Lambda runtime API, if not the usual one: no canary may reach it. */
  readonly runtimeApi?: string;
  /** @default no proxies */
  readonly proxyFor?: ProxyFor;
  /** The list of pending cleanups, and the owner of new entries. Absent: nothing is recorded. */
  readonly cleanups?: { readonly list: CleanupList; readonly owner: OwnerProcess };
  /** Absent where no run is made: a canary with a setup is refused. */
  readonly fixtures?: Fixtures;
  /** Absent if no results are stored. */
  readonly earlier?: EarlierRuns;
  /**
   * Reads the changes of a resource in a period; absent if none are read.
   * @throws the error of a call, such as a refusal.
   */
  readonly changes?: (of: Changeable, ask: ChangesAsk) => Promise<ReadChanges>;
  /** Receives what happens in runs; absent if nothing is reported. */
  readonly reporters?: Pick<Reporters, 'has' | 'emit'>;
}

/** Leases of fixtures: a run with a setup holds one, so that no two runs meet in one fixture. */
export interface Fixtures {
  readonly leases: Leases;
  /** Holder of the lease, for messages to other processes: `anna@laptop, process 4711`. */
  readonly owner: string;
  /** Called once if another run has the lease. */
  readonly waiting?: ((canary: string, by: string) => void) | undefined;
}

export interface RunRequest {
  readonly canary: Canary;
  readonly project: Project;
  readonly environment: Environment;
  /** Ends the run early; its cleanup still runs. */
  readonly signal: AbortSignal;
  /** An earlier run whose generated data is wanted again. */
  readonly seed?: RunId;
  /** True to skip cleanup. */
  readonly keep?: boolean;
  /** The scheduled moment it is for, epoch milliseconds; its start, when left out. */
  readonly slotAtMs?: number;
}

/** Reads earlier runs, if results are stored. */
export interface EarlierRuns {
  /** Account of the runs: region, endpoint, profile. A run elsewhere is no evidence for a resource here. */
  readonly account: string;
  /** Version of Coalmine that makes the runs. */
  readonly version: string;
  /** The newest run of a canary that passed or was degraded, if it is still kept. */
  lastGreen(canary: string): Promise<RunResult | undefined>;
}
