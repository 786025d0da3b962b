import type { Json, JsonMap } from '../base/json.ts';
import type { AlertPolicy } from './canary.ts';
import type { Channel } from './channel.ts';

/** A checked `coalmine.config.yaml` with its defaults filled in. Values still hold their `${…}`. */
export interface Project {
  readonly name: string;
  readonly environments: readonly Environment[];
  readonly correlation: CorrelationFields;
  readonly taps: readonly TapDefinition[];
  readonly channels: readonly Channel[];
  readonly operators: readonly string[];
  /** Reporters of scheduled runs, as `name` or `name:target`. */
  readonly reporters: readonly string[];
  /** Environment variables that files may read, in addition to `secrets`; all, if absent. */
  readonly env?: readonly string[];
  /** Environment variables whose values are masked like secrets. */
  readonly secrets: readonly string[];
  /** Windows in which notices are muted; runs go on. */
  readonly maintenance: readonly MaintenanceWindow[];
  readonly defaults: { readonly timeoutMs?: number; readonly alert?: Partial<AlertPolicy> };
}

export interface Environment {
  readonly name: string;
  readonly region?: string;
  /** ARN of the role for everything of this environment. @default the runner's own */
  readonly role?: string;
  readonly vars: JsonMap;
}

/** Names of the fields that carry the run's id. */
export interface CorrelationFields {
  /** HTTP header. @default x-correlation-id */
  readonly header: string;
  /** Dotted path inside an event's `detail`, a payload or an input. @default metadata.correlationId */
  readonly field: string;
  /** The attribute of the tables' time to live; items that a canary puts expire after a day. */
  readonly ttl?: string;
}

/** Source of a tap: a bus or a topic, as a name, an ARN or a reference. */
export interface TapDefinition {
  readonly on: { readonly bus: string } | { readonly topic: string };
  /** Paths of the system's own values by which checks may `correlate`. */
  readonly ids: readonly string[];
  /** EventBridge's own pattern language. If absent, the correlation field must start with `canary-`. */
  readonly pattern?: Json;
  /** True if a probe may be sent over a topic, to all of its subscribers. Over a bus one is sent in any case. */
  readonly probe: boolean;
}

/** The environment of a project that names none, and of canaries without a project file. */
export const DEFAULT_ENVIRONMENT: Environment = { name: 'default', vars: {} };

/** The project of canaries without a `coalmine.config.yaml` in their folder or above. */
export const NO_PROJECT: Project = {
  name: 'coalmine',
  environments: [DEFAULT_ENVIRONMENT],
  correlation: { header: 'x-correlation-id', field: 'metadata.correlationId' },
  taps: [],
  channels: [],
  operators: [],
  reporters: [],
  secrets: [],
  maintenance: [],
  defaults: {},
};

/** A recurring window of work on the system, in which notices of failures are muted. */
export interface MaintenanceWindow extends ZonedCron {
  /** Names of canaries, or `tag:` and a tag; all canaries if absent. */
  readonly canaries?: readonly string[];
  /** Length from each slot of the cron on, in elapsed time. */
  readonly forMs: number;
  readonly reason: string;
}

/** A cron expression and its time zone; both checked. */
export interface ZonedCron {
  readonly cron: string;
  readonly timezone: string;
}
