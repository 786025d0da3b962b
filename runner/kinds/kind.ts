import type { Static, TObject } from 'typebox';
import type { Cancellation } from '../core/base/cancellation.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import type { RunId } from '../core/base/run-id.ts';
import type { QuotedFields } from '../core/evidence/quotes.ts';
import type { CorrelationFields, Environment } from '../core/model/project.ts';
import type { Evidence } from '../core/model/run-result.ts';
import type { JournalEntry } from '../core/taps/ports.ts';
import type { OwnId } from '../core/taps/propagation.ts';
import type { ReadLimit } from './read-limit.ts';

/** A step's input, of whatever kind. */
export type StepInput = Static<TObject>;

/** An IAM action and what it is needed on, as far as the file says. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** Needed by a process that reads its taps itself; the roles of a stack have it for the taps of the stack. */
  readonly ofTap?: true;
}

/** A fault of a step's input that its schema cannot express: the key at fault, what is wrong, what to do. */
export interface InputFault {
  readonly key: string;
  /** The way from that key to the value at fault: a header's name. @default the key itself */
  readonly within?: readonly string[];
  readonly message: string;
  readonly hint: string;
}

/** Facts of a step for a kind's rules, beside its input. */
export interface FaultsOf {
  readonly correlate: boolean | string;
  /** True once the values are put in. Until then an input may hold `${…}`, of which only the run knows the value. */
  readonly filled: boolean;
}

interface Kind<Input extends TObject> {
  /** The word users write. */
  readonly name: string;
  /** One sentence for docs, `explain` and the editor. */
  readonly summary: string;
  /** The shape of the step's own keys, the head's value included; each property has a description. */
  readonly input: Input;
  /** What `response` or `has` sees: each field with a description. `duration` marks values such as `210ms`. */
  readonly view: Readonly<Record<string, { readonly description: string; readonly duration?: true }>>;
  /** What the runner's role must be allowed; values may still hold their `${…}`. */
  permissions(input: Static<Input>): readonly Permission[];
  /** What it acts on or looks at, in a few words: `bus orders · OrderPlaced from shop.orders`. */
  hop(input: Static<Input>): string;
  /** The fields of its view in which the system says why something went wrong, for reports of a step that did not pass. */
  readonly quotes?: QuotedFields;
  /** A step, in YAML, that loads; it is run as a test. */
  readonly example: string;
  /** Faults beyond the schema, of the input as the file has it and again of the input that a run has filled in. */
  faults?(input: Static<Input>, step: FaultsOf): readonly InputFault[];
}

/** A step kind that acts on the system. It never judges: it returns evidence, or throws with blame. */
export interface Verb<Input extends TObject = TObject> extends Kind<Input> {
  /** The input property that the verb's own line fills: `putEvent: <bus>`. */
  readonly primaryInput: string;
  /** Who is to blame when nothing answers in time: the watched system, or an AWS API that we go through. */
  readonly blameOnTimeout: 'system' | 'api';
  /** What `response` asks for where the file does not: a `response` that names one of its fields replaces that field. */
  readonly defaultResponse?: JsonMap;
  act(input: Static<Input>, context: ActContext): Promise<Evidence>;
  /** The queue into which the act puts one message, whose id is the id of the evidence. Absent: it fills none by itself. */
  fills?(input: Static<Input>): string;
  /** Where in the input the run's ids are put, so that what a file has there would be lost. Absent: it sends none along. */
  ownIds?(correlation: CorrelationFields): readonly OwnId[];
  /** The part of the input that says what the step is about, without what it is allowed by. @default all of it */
  identity?(input: Static<Input>): Json;
  /** Whether an answer means that what was to be taken away is not there any more. */
  isAbsent?(input: Static<Input>, answer: Json): boolean;
}

/** What a step is about: by this it is told whether it touches what is its run's own. */
export function identityOf(verb: Verb | undefined, { input }: { readonly input: JsonMap }): Json {
  return verb?.identity?.(input as StepInput) ?? input;
}

/** A step kind that watches for a side effect. */
export interface Noun<Input extends TObject = TObject> extends Kind<Input> {
  /** `id`: candidates are those that carry the run's id. `address`: the thing that the address keys name. */
  readonly selects: 'id' | 'address';
  /** What one thing that it selects is called in reports, such as `log line`. @default the name of the noun */
  readonly thing?: string;
  /** True if the evidence is an answer to a request of the run itself, and so nobody else's. */
  readonly repliesToUs?: true;
  /** How soon and how surely it sees what happened, and when it may miss something: a sentence or two for the docs. */
  readonly consistency: string;
  /** The amount that one look reads: all that is there, or up to a limit, beyond which `read-limit.ts` has the error. */
  readonly reads: ReadLimit | 'all';
  /** The least `for` of a `never` and `within` of an `expect` that see the whole of what happened, in milliseconds. `validate` warns below. */
  leastWindowMs?(input: Static<Input>): number;
  /** The pause before the second look, and the longest pause, in milliseconds. */
  readonly pauseMs: { readonly first: number; readonly longest: number };
  /** True if what carries the run's id counts for a `never` from the run's first act on, whatever acts stand between. */
  neverFromFirstAct?(input: Static<Input>): boolean;
  /** Starts watching; called before the first verb acts where all it mentions is known by then. */
  open(input: Static<Input>, context: WatchContext): Promise<Watch>;
}

/** A message that is known to have been put into a queue. */
export interface SentMessage {
  /** The queue as the step names it: a name, a URL or an ARN. */
  readonly queue: string;
  /** The id that SQS gave it. */
  readonly messageId: string;
}

/** What a look is asked for. */
export interface LookAsk {
  /** Epoch milliseconds: what came before does not count. */
  readonly sinceMs: number;
  readonly last: boolean;
  /** The messages that the run itself put into queues: a watch of such a queue must have seen them. @default none */
  readonly sent?: readonly SentMessage[];
}

/** An opened noun, to be looked at again and again. */
export interface Watch {
  /**
   * All that the address and the correlation select, received at `sinceMs` or later.
   * The `last` poll of a window must cover the whole of it.
   * @throws ObserverError where it could not look, or was not watching all the time.
   */
  look(ask: LookAsk): Promise<PollResult>;
  /** Calls `wake` when there may be something new: then nothing is polled between the first look and the last. */
  subscribe?(wake: () => void): () => void;
  close(): Promise<void>;
}

/** What one look showed. */
export interface PollResult {
  readonly selected: readonly Evidence[];
  /** What came near without being selected: each in one sentence, the nearest first. */
  readonly nearby: readonly string[];
  /**
   * True if the things selected are one thing at successive moments, the newest first: values of a metric. A `never` judges each.
   * An `expect` without `count` judges the newest, and once it holds also those that follow, for as long as it must stay so.
   */
  readonly series?: boolean;
  /** True if it shows the present alone: what was there between two looks, and is not any more, is seen by none. */
  readonly present?: boolean;
  /** The number of things that would have been selected, but came before the moment from which the check counts. */
  readonly earlier?: number;
  /** The number of things that came to the same address meanwhile and are not of this run, or not of the value asked for. */
  readonly others?: number;
  /** Said if the source shows nothing at all, so that a `never` says little: `no value came`. */
  readonly nothing?: string;
  /** True where nothing else can be selected later: what is final then and does not fit never will. */
  readonly complete?: boolean;
}

interface KindContext {
  readonly runId: RunId;
  readonly canary: string;
  readonly environment: Environment;
  readonly correlation: CorrelationFields;
  readonly clock: Clock;
  /** The same as `signal`, at a tenth of its cost, for what needs no AbortSignal. */
  readonly ending?: Cancellation;
  /**
   * One client per constructor, purpose and region, with the project's endpoint, and retries set. What an ARN or a queue's URL
   * names lies in the region that it says; a name lies in the environment's.
   */
  clientOf<Client>(constructor: new (config: never) => Client, address?: string): Client;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, where the runner is a Lambda function: nothing may be sent there. */
  readonly runtimeApi?: string | undefined;
}

/** What a verb is given beside its input. */
export interface ActContext extends KindContext {
  /** The step's id, for deduplication ids and names. */
  readonly stepId: string;
  /** A fresh span of this run's trace, 16 hex digits. */
  readonly spanId: string;
  /** False: nothing of ours is sent along. */
  readonly correlate: boolean;
  /** The run is over, and another does its cleanup: what carries the id of another run is not to be touched. */
  readonly sweeping: boolean;
  /** Aborted when the step's time is over or the run is interrupted. Made when first asked for. */
  readonly signal: AbortSignal;
}

/** The use that a check makes of the things selected. */
export interface Asks {
  /** True if it concludes something from what is not there: a `never`, or a `count` with an upper bound. */
  readonly absence: boolean;
  /** The top-level fields that its `has`, `where` and `save` look at; `all` if one of them takes the whole thing. */
  readonly fields: readonly string[] | 'all';
}

/** What a noun is given beside its input. */
export interface WatchContext extends KindContext {
  /** For a source that may lack what the check needs. */
  readonly asks: Asks;
  /** True: by the run's id. False: everything. A text: by that value. */
  readonly correlate: boolean | string;
  /** Aborted when the run ends. Made when first asked for. */
  readonly signal: AbortSignal;
  /** Taps and queues, each read by one reader and shared by all who watch. */
  readonly feeds: Feeds;
}

/** Opens what the tap reader reads. */
export interface Feeds {
  /** @throws DefinitionError where no tap listens to it; ObserverError where the tap is not there or another reads it. */
  open(on: FeedAddress): Promise<Feed>;
}

/** A bus or topic (a name or an ARN), or a queue (a name, a URL or an ARN) that nobody else reads. */
export type FeedAddress = { readonly bus: string } | { readonly topic: string } | { readonly queue: string };

/** What one tap or queue brings. */
export interface Feed {
  /** A note for the report, whatever it brings. */
  readonly caveat?: string;
  /** What came since then under that key (a run id, or a value at the tap's `ids`); under no key, everything. */
  read(ask: { readonly key?: string; readonly sinceMs: number }): Promise<readonly JournalEntry[]>;
  subscribe(key: string | undefined, wake: () => void): () => void;
  /**
   * Returns when it is certain that all that arrived until now was read, and that nothing was missed since then. Of `sent`, the
   * messages of this queue must be among what was read.
   * @throws ObserverError otherwise.
   */
  assertComplete(sinceMs: number, sent?: readonly SentMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** Verbs and nouns by the names that scenario files use. */
export interface Kinds {
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly nouns: Readonly<Record<string, Noun>>;
}
