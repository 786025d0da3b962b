import type { Static, TObject } from 'typebox';
import type { Clock } from '../core/base/clock.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import type { RunId } from '../core/base/run-id.ts';
import type { QuotedFields } from '../core/evidence/quotes.ts';
import type { RunInbox } from '../core/inbox/ports.ts';
import type { ExpectStep, NeverStep } from '../core/model/canary.ts';
import type { ChannelSchema } from '../core/model/channel.ts';
import type { CorrelationFields, Environment } from '../core/model/project.ts';
import type { Evidence } from '../core/model/run-result.ts';
import type { ProxyFor } from '../core/network/proxies.ts';
import type { SecretTexts } from '../core/redaction/redact.ts';
import type { Connections, Feeds, SentMessage } from '../core/taps/feeds.ts';
import type { OwnId } from '../core/taps/propagation.ts';
import type { ReadLimit } from './read-limit.ts';

export type StepInput = Static<TObject>;

/** The resource of an action that knows none in IAM. A symbol: no text of a file can mean it. */
export const EVERY_RESOURCE: unique symbol = Symbol('every resource');

/** An IAM action and its resource, as far as the file names it. */
export interface Permission {
  readonly action: string;
  /** A name, an ARN or a URL. */
  readonly resource: string | typeof EVERY_RESOURCE;
  /** A part of that resource, after a slash: an object's key, an index. It may hold any character. */
  readonly below?: string;
  /** True if the action is about the executions of that state machine. */
  readonly executions?: true;
  /** Needed by a process that reads its taps itself; the roles of a stack have it for the taps of the stack. */
  readonly ofTap?: true;
}

/** A fault of a step's input that its schema cannot express: the key, the fault, the remedy. */
export interface InputFault {
  readonly key: string;
  /** The way from that key to the value at fault: a header's name. @default the key itself */
  readonly within?: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
  /** `warning` for what is rarely meant, but can be; a run does not end for it. @default error */
  readonly severity?: 'warning';
}

/** Facts of a step for a kind's rules, apart from its input. */
export interface FaultsOf {
  readonly correlate: boolean | string;
  /** True once the values are filled in. Until then an input may hold `${…}` with values that are known only in a run. */
  readonly filled: boolean;
  /** True if the file says `retry`. @default false */
  readonly repeats?: boolean;
}

/** A field that `response` or `has` sees. */
export interface ViewField {
  readonly description: string;
  /** Marks values such as `210ms`. */
  readonly duration?: true;
  /** The type that its values always have; absent if they come from the system as it likes. */
  readonly type?: 'number' | 'text' | 'map' | 'list';
  /** The least and the greatest number. */
  readonly range?: readonly [number, number];
  /** The only texts that it can be. */
  readonly words?: readonly string[];
}

interface Kind<Input extends TObject> {
  /** The key in scenario files. */
  readonly name: string;
  /** One sentence for docs, `explain` and the editor. */
  readonly summary: string;
  /** The shape of the step's own keys, the head's value included; each property has a description. */
  readonly input: Input;
  /** Fields for `response` or `has`. */
  readonly view: Readonly<Record<string, ViewField>>;
  /** Required permissions of the runner's role; values may still hold their `${…}`. */
  permissions(input: Static<Input>): readonly Permission[];
  /** The resource, for display: `bus orders · OrderPlaced from shop.orders`. */
  hop(input: Static<Input>): string;
  /** The fields of its view that hold the system's error message, for reports of a step that did not pass. */
  readonly quotes?: QuotedFields;
  /** A step, in YAML, that loads; it is run as a test. */
  readonly example: string;
  /** Faults beyond the schema, of the input as the file has it and again of the input that a run has filled in. */
  faults?(input: Static<Input>, step: FaultsOf): readonly InputFault[];
}

/** An address of a noun at which a thing was. */
export interface ThingAt {
  /** The noun. */
  readonly kind: string;
  readonly input: JsonMap;
}

/** A step kind that acts on the system. It never judges: it returns evidence, or throws with blame. */
export interface Verb<Input extends TObject = TObject> extends Kind<Input> {
  /** The input property that the verb's own line fills: `putEvent: <bus>`. */
  readonly primaryInput: string;
  /** Blame of a time-out: the watched system, or an AWS API in between. */
  readonly blameOnTimeout: 'system' | 'api';
  /** Default of `response`: a `response` in the file that names one of its fields replaces that field. */
  readonly defaultResponse?: JsonMap;
  act(input: Static<Input>, context: ActContext): Promise<Evidence>;
  /** The queue into which the act puts messages. Absent: it fills none by itself. */
  fills?(input: Static<Input>): string;
  /** The ids of these messages, by the act's answer. @default the id of the evidence */
  messageIds?(answer: Json): readonly string[];
  /** The thing that is at its address once the act is done, for a later `gone`. Absent: the act shows none. */
  makes?(input: Static<Input>): ThingAt;
  /** The name of the connection that it opens, for checks below. */
  opens?(input: Static<Input>): string;
  /** Paths of the input at which the run's ids are put, so that a value of the file there would be lost. Absent: it sends none. */
  ownIds?(correlation: CorrelationFields): readonly OwnId[];
  /** The part of the input that identifies the resource, without its permissions. @default all of it */
  identity?(input: Static<Input>): Json;
  /** True if an answer means that the resource to remove does not exist any more. */
  isAbsent?(input: Static<Input>, answer: Json): boolean;
}

/** Identity of a step's resource, which decides if the resource belongs to its run. */
export function identityOf(verb: Verb | undefined, { input }: { readonly input: JsonMap }): Json {
  return verb?.identity?.(input as StepInput) ?? input;
}

/** The way in which a noun finds its things. */
export type Selects = 'id' | 'address';

/** The way in which a noun finds the things of one step. */
export function selectsBy({ selects }: Pick<Noun, 'selects'>, input: JsonMap): Selects {
  return typeof selects === 'function' ? selects(input as StepInput) : selects;
}

/** A step kind that watches for a side effect. */
export interface Noun<Input extends TObject = TObject> extends Kind<Input> {
  /** `id`: candidates are those that carry the run's id. `address`: the thing that the address keys name. It may depend on these keys. */
  readonly selects: Selects | ((input: Static<Input>) => Selects);
  /** Name of one selected thing in reports, such as `log line`. @default the name of the noun */
  readonly thing?: string;
  /** True if the evidence answers a request of the run itself, or came to its inbox, and so belongs to it. */
  readonly repliesToUs?: true;
  readonly inbox?: true; // it watches the inbox of the run
  /**
   * The reason why a thing that was found otherwise lacks the run's id, as far as the thing shows it: `the message has no attributes`.
   * Absent for things that can carry no id.
   */
  lacksId?(data: Json, correlation: CorrelationFields): string;
  /** True if its things stay at their address until they are removed, so that a `gone` can watch them go. */
  readonly vanishes?: true;
  /** Latency, consistency and possible gaps of the source: a sentence or two for the docs. */
  readonly consistency: string;
  /** Reads of one poll: everything, or up to a limit, beyond which `read-limit.ts` has the error. */
  readonly reads: ReadLimit | 'all';
  /** The least `for` of a `never` and `within` of an `expect` that cover late evidence, in milliseconds. `validate` warns below. */
  leastWindowMs?(input: Static<Input>): number;
  /**
   * The least `for` of a step, in milliseconds, and its reason: until then the source may show an earlier state. `validate` refuses less.
   * Absent or undefined: any `for` will do.
   */
  leastStay?(
    step: Pick<ExpectStep | NeverStep, 'mode' | 'has' | 'where'>,
  ): { readonly ms: number; readonly why: string } | undefined;
  /** The name of the connection that it reads, which an act above must open. */
  needsOpen?(input: Static<Input>): string;
  /** The queue from which it receives messages, so that another reader and the canary take messages from each other. */
  receivesFrom?(input: Static<Input>): string | undefined;
  /** The pause before the second poll, and the longest pause, in milliseconds. */
  readonly pauseMs: { readonly first: number; readonly longest: number };
  /** True if evidence with the run's id counts for a `never` from the run's first act on, whatever acts stand between. */
  neverFromFirstAct?(input: Static<Input>): boolean;
  /** Starts watching; called before the first verb acts if all values in its input are known by then. */
  open(input: Static<Input>, context: WatchContext): Promise<Watch>;
}

export interface PollRequest {
  /** Epoch milliseconds: earlier evidence does not count. */
  readonly sinceMs: number;
  readonly last: boolean;
  /** The messages that the run itself put into queues: a watch of such a queue must have seen them. @default none */
  readonly sent?: readonly SentMessage[];
  /** False if `nearby` and `others` are read by none, so that a watch may leave out what only they cost. @default true */
  readonly explains?: boolean;
}

/** An opened noun, for repeated polls. */
export interface Watch {
  /**
   * All things selected by address and correlation, received at `sinceMs` or later. The `last` poll of a window must cover the whole of it.
   * @throws ObserverError if it could not poll, or had a gap in the watch.
   */
  poll(ask: PollRequest): Promise<PollResult>;
  /** Calls `wake` when there may be something new: then nothing is polled between the first poll and the last. */
  subscribe?(wake: () => void): () => void;
  close(): Promise<void>;
}

export interface PollResult {
  readonly selected: readonly Evidence[];
  /** Near misses: each in one sentence, the nearest first. */
  readonly nearby: readonly string[];
  /**
   * True if the things selected are one thing at successive moments, the newest first: values of a metric. A `never` judges each.
   * An `expect` without `count` judges the newest, and once it holds also those that follow, for as long as it must stay so.
   */
  readonly series?: boolean;
  /** True if it shows the present alone: a thing that came and went between two polls is never seen. */
  readonly present?: boolean;
  /** The number of things that would have been selected, but came before the moment from which the check counts. */
  readonly earlier?: number;
  /** Number of things at the same address in the meantime that do not belong to this run, or lack the correlating value. */
  readonly others?: number;
  /** Remark for a source without any content, so that a `never` proves little: `no value came`. */
  readonly nothing?: string;
  /** True if nothing else can be selected later: final evidence that does not match never will. */
  readonly complete?: boolean;
}

interface KindContext extends SecretTexts {
  readonly runId: RunId;
  readonly canary: string;
  readonly environment: Environment;
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  /**
   * One client per constructor, purpose and region, with the project's endpoint, and retries set. The resource of an ARN or a queue's URL
   * is in the region named there; that of a plain name in the environment's.
   */
  clientOf<Client>(constructor: new (config: never) => Client, address?: string): Client;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, in a Lambda function: no request may go there. */
  readonly runtimeApi?: string | undefined;
  /** Finds the proxy of an origin. @default no proxies */
  readonly proxyFor?: ProxyFor | undefined;
  /** Those of the run. */
  readonly connections: Connections;
}

export interface ActContext extends KindContext {
  /** The step's id, for deduplication ids and names. */
  readonly stepId: string;
  /** A fresh span of this run's trace, 16 hex digits. */
  readonly spanId: string;
  /** False: nothing of ours is sent along. */
  readonly correlate: boolean;
  /** True in a sweep of a past run: things with the id of another run must not be touched. */
  readonly sweeping: boolean;
  /** Aborted when the step's time is over or the run is interrupted. */
  readonly signal: AbortSignal;
}

/** The use that a check makes of the things selected. */
export interface Asks {
  /** True if it draws a conclusion from absence: a `never`, or a `count` with an upper bound. */
  readonly absence: boolean;
  /** The top-level fields that its `has`, `where` and `save` read; `all` if one of them takes the whole thing. */
  readonly fields: readonly string[] | 'all';
}

export interface WatchContext extends KindContext {
  /** Needs of the check, for a source that may lack them. */
  readonly asks: Asks;
  /** True: by the run's id. False: everything. A text: by that value. */
  readonly correlate: boolean | string;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
  /** Taps and queues, each with one reader shared by all watches. */
  readonly feeds: Feeds;
  /** The inbox of the run; absent where none can be opened. */
  readonly inbox?: RunInbox | undefined;
}

/** A reporter, as the loader knows it. */
export interface ReporterSchema {
  /** The places where it works, of `run`, `watch` and `functions`. @default everywhere */
  readonly only?: readonly string[];
  /** True if its target may hold references. */
  readonly fills?: boolean;
  /** Headers in a target, by their names in lower case; references in them as they are written. */
  headersIn?(target: string): Readonly<Record<string, string>>;
}

/** Verbs, nouns, kinds of channels and reporters by the names that files use. */
export interface Kinds {
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly nouns: Readonly<Record<string, Noun>>;
  readonly channels: Readonly<Record<string, ChannelSchema>>;
  readonly reporters: Readonly<Record<string, ReporterSchema>>;
}
