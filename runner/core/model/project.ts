import type { Json, JsonMap } from '../base/json.ts';

import type { AlertPolicy } from './canary.ts';

/** A checked `coalmine.config.yaml` with its defaults filled in. Values still hold their `${…}`. */
export interface Project {
  readonly name: string;
  readonly environments: readonly Environment[];
  readonly correlation: CorrelationFields;
  readonly taps: readonly TapDefinition[];
  readonly channels: readonly Channel[];
  readonly operators: readonly string[];
  /** Environment variables whose values are masked like secrets. */
  readonly secrets: readonly string[];
  /** When notices are muted; runs go on. */
  readonly maintenance: readonly MaintenanceWindow[];
  readonly defaults: { readonly timeoutMs?: number; readonly alert?: Partial<AlertPolicy> };
}

/** Where a canary runs. */
export interface Environment {
  readonly name: string;
  readonly region?: string;
  /** ARN of the role in whose account everything of this environment is read and done. @default the runner's own */
  readonly role?: string;
  readonly vars: JsonMap;
}

/** The sorts of places where people can be told. */
export type ChannelKind = 'sns' | 'slack' | 'pagerduty' | 'webhook' | 'eventbridge';

/** Where notices can go. Address, secret and endpoint may hold `${…}`. */
export interface Channel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** A topic's ARN, a webhook's URL, a routing key, a bus. Often a secret. */
  readonly address: string;
  /** What a webhook's messages are signed with. */
  readonly secret?: string;
  /** The channel that stands in for it when it cannot deliver. */
  readonly fallback?: string;
  /** What a topic is told: text for people, or also the form that Amazon Q Developer posts to a chat. @default text */
  readonly format?: 'text' | 'chat';
  /** Where PagerDuty's events are taken, for accounts outside the United States. */
  readonly endpoint?: string;
}

/** The names under which the run's id travels. */
export interface CorrelationFields {
  /** HTTP header. @default x-correlation-id */
  readonly header: string;
  /** Dotted path inside an event's `detail`, a payload or an input. @default metadata.correlationId */
  readonly field: string;
  /** The attribute of the tables' time to live, which items that a canary puts are given: a day from then. */
  readonly ttl?: string;
}

/** What the tap reader listens to: a bus or a topic, as a name, an ARN or a reference. */
export interface TapDefinition {
  readonly on: { readonly bus: string } | { readonly topic: string };
  /** Paths of the system's own values by which checks may `correlate`. */
  readonly ids: readonly string[];
  /** EventBridge's own pattern language; where absent, the correlation field must start with `canary-`. */
  readonly pattern?: Json;
  /** True if a probe may be sent over a topic, to all who listen to it. Over a bus one is sent in any case. */
  readonly probe: boolean;
}

/** The environment of a project that names none, and of canaries without a project file. */
export const DEFAULT_ENVIRONMENT: Environment = { name: 'default', vars: {} };

/** The project of canaries that have no `coalmine.config.yaml` beside or above them. */
export const NO_PROJECT: Project = {
  name: 'coalmine',
  environments: [DEFAULT_ENVIRONMENT],
  correlation: { header: 'x-correlation-id', field: 'metadata.correlationId' },
  taps: [],
  channels: [],
  operators: [],
  secrets: [],
  maintenance: [],
  defaults: {},
};

/** A time, again and again, in which nobody is told of what fails: work is being done on the system. */
export interface MaintenanceWindow extends ZonedCron {
  /** Names of canaries, or `tag:` and a tag; absent for all canaries. */
  readonly canaries?: readonly string[];
  /** From each slot of the cron on, by elapsed time. */
  readonly forMs: number;
  readonly reason: string;
}

/** A cron expression and the zone whose clocks it goes by; both checked. */
export interface ZonedCron {
  readonly cron: string;
  readonly timezone: string;
}
