import { Type } from 'typebox';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import { type Environment, NO_PROJECT } from '../../../runner/core/model/project.ts';
import type { Evidence, RunResult } from '../../../runner/core/model/run-result.ts';
import { NO_SECRETS } from '../../../runner/core/redaction/redact.ts';
import type { Engine, RunRequest } from '../../../runner/engine/engine.ts';
import { runCanary } from '../../../runner/engine/run/run-canary.ts';
import type { ActContext, Noun, PollRequest, PollResult, Verb } from '../../../runner/kinds/kind.ts';
import { ManualClock } from './manual-clock.ts';
import { eventReporters, type ReportedEvent } from './reporting.ts';

const ANY = Type.Object({});
const ENVIRONMENT: Environment = { name: 'default', vars: {} };

type Act = (
  input: Readonly<Record<string, unknown>>,
  context: ActContext,
  tried: number,
) => Promise<Partial<Evidence>>;

/** Evidence at a moment: none, things, or an error. */
type Sight = readonly Partial<Evidence>[] | Error;

/** A harness for one canary to run in: a verb `send`, nouns `thing` (polled) and `news` (pushed), all of them scripted. */
export class RunHarness {
  readonly clock = new ManualClock();
  readonly log: string[] = [];
  /** Everything that was reported of runs under way. */
  readonly reported: ReportedEvent[] = [];
  readonly #startMs = this.clock.nowMs();
  readonly #wakers = new Set<() => void>();
  act: Act = async () => ({});
  /** Result of a poll, by the milliseconds since the harness began. */
  poll: (
    afterMs: number,
    ask: PollRequest,
    input: Readonly<Record<string, unknown>>,
  ) => Sight | Promise<Sight> = () => [];
  nearby: readonly string[] = [];
  /** `complete` of `thing` and `news`: no more can come. */
  complete = false;
  /** `series`: the things are one thing at successive moments, the newest first. */
  series = false;
  /** `present`: they show the present alone. */
  present = false;
  open: () => Promise<void> = async () => {};
  close: () => Promise<void> = async () => {};
  env: Readonly<Record<string, string>> = {};
  #tried = 0;

  readonly engine: Engine = {
    clock: this.clock,
    random: { bytes: (count) => Uint8Array.from({ length: count }, (_, n) => (n * 37 + 11) % 256) },
    verbs: {
      send: this.#verb('system', { blameOnTimeout: 'system' }),
      call: this.#verb('api', { blameOnTimeout: 'api', defaultResponse: { status: { $below: 300 } } }),
    },
    nouns: { thing: this.#noun('thing'), news: this.#noun('news') },
    references: {
      read: async ({ name }) => {
        const value = this.env[name];
        if (value === undefined) throw Object.assign(new Error(`no ${name}`), { name: 'Missing' });
        return { value, secret: false };
      },
    },
    feeds: { open: async () => Promise.reject(new Error('no feeds in this harness')) },
    redactor: NO_SECRETS,
    clientOf: (constructor, purpose) => new constructor({ purpose } as never),
    classifyAwsError: (thrown) => thrown,
    inputFault: (_, input) => (input['bad'] === undefined ? undefined : 'the input is bad'),
    reporters: eventReporters((one) => void this.reported.push(one)),
  };

  get afterMs(): number {
    return this.clock.nowMs() - this.#startMs;
  }

  /** Number of pushed watches that wait: none when every run has ended. */
  get waiting(): number {
    return this.#wakers.size;
  }

  /** Wakes pushed watches. */
  wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /** Calls back after some time, by this harness's clock. */
  after(ms: number, work: () => void): void {
    this.clock.at(this.#startMs + ms, work);
  }

  async run(
    canary: Canary,
    more: Partial<RunRequest> & { readonly engine?: Partial<Engine> } = {},
  ): Promise<RunResult> {
    const { engine = {}, ...request } = more;
    const asked = {
      canary,
      project: NO_PROJECT,
      environment: ENVIRONMENT,
      signal: new AbortController().signal,
      ...request,
    };
    return runCanary(asked, { ...this.engine, ...engine });
  }

  #verb(what: string, more: Pick<Verb, 'blameOnTimeout'> & Partial<Verb>): Verb {
    return {
      name: 'send',
      summary: 'sends',
      primaryInput: 'to',
      input: ANY,
      view: {},
      permissions: () => [],
      hop: () => `the ${what}`,
      example: '',
      act: async (input, context) => {
        this.#tried += 1;
        this.log.push(`act ${context.stepId}`);
        const data: Json = {};
        return {
          kind: 'send',
          id: 'a',
          takenAtMs: this.clock.nowMs(),
          data,
          ...(await this.act(input, context, this.#tried)),
        };
      },
      ...more,
    };
  }

  #noun(name: 'thing' | 'news'): Noun {
    const subscribe = (wake: () => void) => {
      this.#wakers.add(wake);
      return () => void this.#wakers.delete(wake);
    };
    return {
      name,
      summary: 'a thing',
      input: ANY,
      view: {},
      selects: 'id',
      consistency: 'at once',
      reads: 'all',
      pauseMs: { first: 25, longest: 2_000 },
      permissions: () => [],
      hop: () => `the ${name}`,
      example: '',
      open: async (input) => {
        this.log.push('open');
        await this.open();
        return {
          poll: async (ask) => this.#see(await this.poll(this.afterMs, ask, input)),
          close: async () => {
            this.log.push('close');
            await this.close();
          },
          ...(name === 'news' ? { subscribe } : {}),
        };
      },
    };
  }

  #see(sight: Sight): PollResult {
    if (sight instanceof Error) throw sight;
    const selected = sight.map(
      (one, n): Evidence => ({ kind: 'thing', id: `t${n}`, takenAtMs: this.clock.nowMs(), data: {}, ...one }),
    );
    return {
      selected,
      nearby: this.nearby,
      ...(this.complete ? { complete: true } : {}),
      ...(this.series ? { series: true } : {}),
      ...(this.present ? { present: true } : {}),
    };
  }
}
