import type { Json, JsonMap } from '../base/json.ts';

/** A checked scenario file with its parts put in place and its defaults filled in. Values still hold their `${…}`. */
export interface Canary {
  readonly name: string;
  readonly description?: string;
  readonly owner: string;
  readonly runbook?: string;
  readonly tags: readonly string[];
  /** Names of its environments; all if absent. */
  readonly only?: readonly string[];
  readonly schedule?: Schedule;
  /** Limit of the whole run, cleanup not included. */
  readonly timeoutMs: number;
  readonly alert: AlertPolicy;
  /** Templates and generators, evaluated at the first use by a step. */
  readonly vars: JsonMap;
  /** The steps under `setup`, those of the file, and those under `throughout`. The first and the last say so by their `phase`. */
  readonly steps: readonly Step[];
  readonly cleanup: readonly ActStep[];
  /** Path of its file, relative to the loader's root. */
  readonly source: string;
}

/** Position in a file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Schedule = (
  | { readonly everyMs: number }
  | { readonly cron: string; readonly timezone: string }
) & {
  readonly jitterMs: number;
  readonly overlap: 'skip' | 'queue';
  readonly catchUp: 'latest' | 'none';
};

/** Conditions of notices, and their channels. */
export interface AlertPolicy {
  /** Opens after `failures` failed runs of the newest `of`; in a row when the two are equal. */
  readonly after: { readonly failures: number; readonly of: number };
  /** Passes in a row before "resolved". */
  readonly recover: number;
  /** A failed run is repeated once, this long after, before it counts. */
  readonly confirmMs?: number;
  readonly remindMs: number;
  readonly severity: 'critical' | 'warning' | 'info';
  /** Names of channels in the project file. */
  readonly to: readonly string[];
}

/** The part of a run to which a step belongs; absent for a step in the order of the file. */
export type Phase = 'setup' | 'throughout';

/** An act, a check for a side effect, a check for its absence, or a check for its end. */
export type Step = ActStep | ExpectStep | NeverStep | GoneStep;

interface AnyStep {
  /** Unique in the canary and stable between runs: `1`, `2`, `3.1` inside a part, `setup-1`, `throughout-1`, `cleanup-1`. */
  readonly id: string;
  readonly phase?: Phase;
  /** Display name; derived from the step if the file has none. */
  readonly name: string;
  /** The verb or the noun, as written in the file. */
  readonly kind: string;
  /** The head's value and the kind's own keys, by the names of the kind's input schema. */
  readonly input: JsonMap;
  /** Names to save, each with the path of its value, such as `response.body.orderId`. */
  readonly save: Readonly<Record<string, string>>;
  /** Names under `save` whose values are masked everywhere. */
  readonly secret?: readonly string[];
  /** RE2 patterns of the parts to save, by name; without one, the whole value is saved. */
  readonly match?: Readonly<Record<string, string>>;
  readonly at: SourcePosition;
}

/** A step that acts on the system, once. */
export interface ActStep extends AnyStep {
  readonly mode: 'act';
  /** Expected answer, in the grammar of `has`. */
  readonly response?: Json;
  readonly timeoutMs: number;
  readonly retry?: { readonly times: number; readonly waitMs: number };
  /** False sends no ids along. */
  readonly correlate: boolean;
}

interface CheckStep extends AnyStep {
  /** Conditions on the selected things. */
  readonly has?: Json;
  /** An extra selector in addition to the address, in the grammar of `has`. */
  readonly where?: Json;
  /** True selects by the run's id, false selects everything, a text (a template) selects by that value. */
  readonly correlate: boolean | string;
}

/** A step that waits for a side effect. */
export interface ExpectStep extends CheckStep {
  readonly mode: 'expect';
  readonly withinMs: number;
  /** Time for which the check must keep holding; a `count` with an upper bound brings 5 seconds of its own. */
  readonly forMs: number;
  readonly count?: { readonly atLeast: number; readonly atMost?: number };
  readonly warnAfterMs?: number;
}

/** A step that fails when a side effect is seen. */
export interface NeverStep extends CheckStep {
  readonly mode: 'never';
  /** The least time of the watch: from the act above or, under `throughout`, from the last act. */
  readonly forMs: number;
}

/** A step that waits until a thing that was there is not there any more. Its address names the thing, so it has no conditions. */
export interface GoneStep extends CheckStep {
  readonly mode: 'gone';
  readonly withinMs: number;
  /** Time for which it must stay so. */
  readonly forMs: number;
}
