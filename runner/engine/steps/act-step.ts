import { formatDuration } from '../../core/base/duration.ts';
import { CanaryError, ObserverError, TargetError } from '../../core/base/errors.ts';
import { isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { newSpanId } from '../../core/base/run-id.ts';
import { maxActMs } from '../../core/cleanup/time-budget.ts';
import { compare, explained } from '../../core/evidence/unread.ts';
import { valueAt } from '../../core/expression/template.ts';
import { fillPattern } from '../../core/matching/fill-pattern.ts';
import { held, match } from '../../core/matching/matcher.ts';
import type { ActStep } from '../../core/model/canary.ts';
import type { Check, Evidence, StepResult } from '../../core/model/run-result.ts';
import type { Verb } from '../../kinds/kind.ts';
import { deadlineIn, raceAbort, sleepUntil } from '../abort.ts';
import { unlessSeenBefore } from '../context/earlier-runs.ts';
import {
  contextOf,
  hopOf,
  inputOf,
  type Outcome,
  type Run,
  resultOf,
  verbOf,
} from '../context/run-context.ts';
import { type Elapsed, unlessStoodStill } from '../standstill.ts';
import { differencesOf, seenChecks } from './assertions.ts';
import { classifyError } from './classify-error.ts';
import { emitStepEnded, emitStepStarted } from './emit-progress.ts';
import { undecidedDuration } from './overlong.ts';
import { renewed } from './renew.ts';
import { keep, learnSecrets, saveFrom } from './save-values.ts';

/** Outcome of one attempt. */
interface Try {
  readonly outcome: Outcome;
  /** True if an explicit `retry` may repeat it. */
  readonly retryable: boolean;
}

/** Acts once; again only if the file says `retry`, and then only after a connection error, 429 or 5xx. */
export async function runAct(step: ActStep, run: Run): Promise<StepResult> {
  emitStepStarted(step, run, maxActMs(step));
  const { clock } = run.engine;
  const startedAtMs = clock.nowMs();
  const { times = 0, waitMs = 0 } = step.retry ?? {};
  let attempts = 1;
  let { outcome, retryable } = await tryOnce(step, run, startedAtMs);
  let faltered = false;
  while (retryable && attempts <= times && !run.signal.aborted) {
    faltered ||= outcome.blame === 'target';
    await sleepUntil(clock.nowMs() + waitMs, clock, run.signal);
    attempts += 1;
    ({ outcome, retryable } = await tryOnce(step, run, startedAtMs));
  }
  const late = outcome.verdict === 'passed' && faltered; // a delay before the request is not the system's lateness
  const degraded = { verdict: 'degraded', blame: 'target', reason: `only on try ${attempts}` } as const;
  const result = resultOf(step, run, { ...outcome, attempts, ...(late ? degraded : {}) });
  emitStepEnded(result, run);
  return result;
}

/** Subject of an attempt, as far as it is known by now. */
interface About {
  hop: string;
  reaches: Verb['blameOnTimeout'];
  /** Absent until it is sent, and for an act that does not correlate. */
  spanId?: string;
}

async function tryOnce(step: ActStep, run: Run, startedAtMs: number): Promise<Try> {
  const about: About = { hop: '', reaches: 'api' };
  const { clock, classifyAwsError } = run.engine;
  const sinceMs = clock.nowMs();
  const { signal, end } = deadlineIn(step.timeoutMs, run.signal, clock, () => tooLate(step, about));
  const { outcome, retryable } = await act(step, run, { startedAtMs, about, signal }).catch(
    async (thrown: unknown): Promise<Try> => {
      const first: unknown = signal.aborted
        ? signal.reason
        : unanswered(thrown, classifyAwsError(thrown), { clock, sinceMs });
      const cause = await unlessSeenBefore(first, { step, hop: about.hop }, run);
      const fault = classifyAwsError(cause);
      const judgement = classifyError(cause, classifyAwsError, run.signal, about.hop);
      return {
        outcome: { ...judgement, startedAtMs, hop: about.hop },
        retryable: fault instanceof CanaryError && fault.retryable,
      };
    },
  );
  end();
  const { spanId } = about;
  return { outcome: spanId === undefined ? outcome : { ...outcome, spanId }, retryable };
}

/**
 * The thrown error, or one of the runner in its place. A server hangs up on a runner that stands still, so a broken connection is
 * no evidence.
 */
function unanswered(thrown: unknown, fault: unknown, elapsed: Elapsed): unknown {
  if (!(fault instanceof CanaryError && fault.retryable)) return thrown;
  const found = unlessStoodStill(fault, elapsed);
  return found === fault ? thrown : found;
}

interface Acting {
  readonly startedAtMs: number;
  readonly about: About;
  readonly signal: AbortSignal;
  /** True with secrets that were read anew: an answer that does not accept them counts. */
  readonly isAgain?: boolean;
}

async function act(
  step: ActStep,
  run: Run,
  { startedAtMs, about, signal, isAgain = false }: Acting,
): Promise<Try> {
  const verb = verbOf(step, run);
  const input = await inputOf(step, verb, run);
  about.hop = hopOf(input, verb, run);
  about.reaches = verb.blameOnTimeout;
  const pattern = fillPattern(patternOf(step, verb), (mention) => run.values.valueOf(mention));
  const { correlate } = step;
  const own = { stepId: step.id, spanId: newSpanId(run.engine.random), correlate };
  const context = contextOf(run, { purpose: 'act', signal }, own);
  signal.throwIfAborted(); // the run may have ended while a retry was waited for
  if (correlate) about.spanId = own.spanId;
  run.there.actBegins();
  const evidence = await raceAbort(verb.act(input, context), signal);
  learnSecrets(step, [evidence], run);
  const messageIds = verb.messageIds?.(evidence.data) ?? [evidence.id];
  const made = verb.makes?.(input);
  if (made !== undefined) run.there.see(made);
  noteSent(step, run, { queue: verb.fills?.(input), messageIds });
  const tried = answered(step, run, { startedAtMs, hop: about.hop, evidence, pattern });
  const isRefused = evidence.unauthorized === true && tried.outcome.verdict === 'failed';
  if (isRefused && !isAgain && (await renewed(step, run)))
    return act(step, run, { startedAtMs, about, signal, isAgain: true });
  if (tried.outcome.saved !== undefined) await run.note?.saved();
  return tried;
}

/** A repeated act on a FIFO queue may be deduplicated against the first, whose answer was lost: then no message has this id. */
function noteSent(
  { retry }: ActStep,
  { sent }: Run,
  { queue, messageIds }: { readonly queue: string | undefined; readonly messageIds: readonly string[] },
): void {
  if (queue !== undefined && !(retry !== undefined && queue.endsWith('.fifo')))
    sent.push(...messageIds.map((messageId) => ({ queue, messageId })));
}

interface Answer {
  readonly startedAtMs: number;
  readonly hop: string;
  readonly evidence: Evidence;
  readonly pattern: Json;
}

function answered(step: ActStep, run: Run, { startedAtMs, hop, evidence, pattern }: Answer): Try {
  const checks = seenChecks(evidence, explained(match(pattern, evidence.data), evidence));
  const compared = compare(checks, evidence);
  if (compared.holds === 'undecided' && compared.absent)
    throw new ObserverError(`The answer could not be compared: ${compared.why}.`, { permanent: true });
  const undecided = undecidedDuration(evidence, checks);
  if (undecided !== undefined) throw undecided;
  const found = { startedAtMs, hop, checks, evidence: [evidence] };
  if (!held(checks)) {
    const outcome: Outcome = {
      ...found,
      verdict: 'failed',
      blame: 'target',
      reason: differs(checks, evidence),
    };
    return { outcome, retryable: evidence.retryable === true };
  }
  const saving = saveFrom(step, 'response', evidence);
  if ('missing' in saving) {
    return {
      outcome: { ...found, verdict: 'failed', blame: 'target', reason: saving.missing },
      retryable: false,
    };
  }
  const saved = keep(saving.saved, run);
  return { outcome: { ...found, verdict: 'passed', reason: '', saved }, retryable: false };
}

/** Expected answer: the file's pattern over the verb's default. */
function patternOf({ response }: ActStep, { defaultResponse }: Verb): Json {
  if (response === undefined || !isJsonMap(response)) return response ?? defaultResponse ?? {};
  return { ...defaultResponse, ...response } satisfies JsonMap;
}

function differs(checks: readonly Check[], { data, notes = [] }: Evidence): string {
  const first = checks.find((check) => !check.ok) as Check;
  // A wrong status is the cause of the other differences.
  if (first.path === 'status' && typeof first.actual === 'number')
    return `status ${first.actual}${first.actual >= 300 && first.actual < 400 ? leadsTo(data) : ''}`;
  const known = notes.find(({ path }) => path === first.path);
  return `the answer differs${differencesOf(checks)}${known === undefined ? '' : `; ${known.why}`}`;
}

/** The place that a redirect leads to. Its query often holds a token. */
function leadsTo(data: Json): string {
  const location = valueAt(data, ['headers', 'location']);
  return typeof location === 'string' ? `, which leads to ${location.replace(/[?#].*$/, '')}` : '';
}

function tooLate({ timeoutMs }: ActStep, { hop, reaches }: About): Error {
  const message = `${hop} did not answer within ${formatDuration(timeoutMs)}.`;
  return reaches === 'system' ? new TargetError(message, { retryable: true }) : new ObserverError(message);
}
