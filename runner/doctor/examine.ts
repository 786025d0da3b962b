import type { AwsClients } from '../adapters/aws/clients.ts';
import { faultSortOf } from '../adapters/aws/errors.ts';
import { CHANGE_SOURCES } from '../adapters/changes/sources.ts';
import { homeOf } from '../core/aws/location.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { RunId } from '../core/base/run-id.ts';
import { isStandstill } from '../core/base/standstill.ts';
import { mapWithConcurrency } from '../core/base/with-concurrency.ts';
import { hasSetup } from '../core/cleanup/time-budget.ts';
import { changeablesOf, stacksIn } from '../core/compare/changeable.ts';
import type { ExternalName, References } from '../core/expression/reference.ts';
import { keyOf } from '../core/expression/resolve-references.ts';
import { externalsIn, externalsInSettled } from '../core/expression/values.ts';
import type { Canary } from '../core/model/canary.ts';
import type { Environment, Project } from '../core/model/project.ts';
import { leasePermissionsOf } from '../core/taps/lease-table.ts';
import type { Permission } from '../kinds/kind.ts';
import { KINDS } from '../registry.ts';
import { type Caller, callerOf } from './caller.ts';
import { channelSubjects, readOutside, reporterFindings, settledTaps } from './outside.ts';
import { decide, decisionFindings, neededBy, type RequiredAction } from './permissions.ts';
import { faultFinding, faultMessage, permissionsOf, type Unreached } from './question/faults.ts';
import { type ConcernedFinding, fine } from './question/finding.ts';
import type { AnyQuestion, QuestionContext, Stack, Subject } from './question/question.ts';
import { withTimeout } from './question/with-timeout.ts';
import { QUESTIONS } from './questions/table.ts';
import { resolvedReads, resolvedSteps } from './resolved-steps.ts';
import { dedupe, placeOf, type ResolvedSteps, resourcesOf } from './resources.ts';

/** Input of an examination. */
export interface ExamineFor {
  readonly canaries: readonly Canary[];
  readonly project: Project;
  readonly environment: Environment;
  readonly clients: AwsClients;
  readonly references: References;
  /** A run that is never made, for the values that a run would have. */
  readonly runId: RunId;
  readonly nowMs: number;
  readonly as?: string;
  /** The role of the runs, if it is not the caller's. */
  readonly role?: string;
  /** The deployed stack of the runs. */
  readonly stack?: Stack;
  /** Time limit of a question, its retries included. @default 10 s, a hundred times the usual time */
  readonly longestMs?: number;
}

/** Findings, and the identity of the caller. */
export interface Examination {
  readonly caller?: Caller;
  readonly found: readonly ConcernedFinding[];
}

/** Limit of concurrent questions: SQS and EventBridge limit an account to some tens a second. */
const AT_A_TIME = 8;

const SILENT = 'AWS did not answer in time. Check the network, and from within a VPC its endpoints.';

const STOOD_STILL = 'The runner stood still while AWS was asked, so this says nothing of it. Ask again.';

/** The time that a question has, and why it is given up after that. */
function patience(longestMs: number): Pick<QuestionContext, 'signal' | 'silence'> {
  const startedAtMs = performance.now();
  return {
    signal: AbortSignal.timeout(longestMs),
    silence: () => (isStandstill(startedAtMs + longestMs, performance.now()) ? STOOD_STILL : SILENT),
  };
}

/** Checks the account for everything that would make a run fail. It only reads. */
export async function examine(given: ExamineFor): Promise<Examination> {
  const { longestMs = 10_000 } = given;
  const asking = (): QuestionContext => ({ ...given, ...patience(longestMs) });
  const caller = needsAws(given) ? await firstOf(given, asking()) : undefined;
  if (caller !== undefined && 'found' in caller) return caller;
  const { canaries, project, environment, references } = given;
  const reads = canaries.map((canary) => externalsIn(canary, environment));
  const outside = await readOutside(reads.flat(), references);
  const known = { ...given, externals: outside.values };
  const filled = canaries.map(
    (canary): ResolvedSteps => ({ name: canary.name, steps: resolvedSteps(canary, known) }),
  );
  const taps = await settledTaps(project, environment, references);
  const { subjects, others } = resourcesOf(filled, { ...given, taps, home: homeOf(environment) });
  const channels = await channelSubjects(project, environment, references);
  const reporters = await reporterFindings(project, environment, references);
  const answers = await mapWithConcurrency(
    AT_A_TIME,
    dedupe([...subjects, ...channels.subjects]),
    async (subject) => answerOf(subject, asking()),
  );
  const named = canaries.map((canary) => resolvedReads(canary, known));
  const needed = caller === undefined ? [] : neededOf(given, { filled, reads: named, caller });
  const decisions = caller === undefined ? [] : await decide(needed, caller, asking);
  const unneeded = caller === undefined ? canaries : [];
  return {
    ...omitUndefined({ caller }),
    found: distinct([
      ...unneeded.map(({ name }) => ({ canary: name, ...fine('without AWS') })),
      ...canaries.flatMap(({ name }, index) =>
        (reads[index] ?? []).flatMap((one) => ({
          canary: name,
          ...(outside.findings.get(keyOf(one)) ?? fine('')),
        })),
      ),
      ...others,
      ...answers.flatMap((answer) => ('unavailable' in answer ? [] : answer)),
      ...channels.found,
      ...reporters,
      ...unreachedFindings(answers),
      ...decisionFindings(decisions, given.role ?? caller?.arn ?? ''),
    ]),
  };
}

/** The permissions of all canaries, for IAM to decide on. */
function neededOf(
  { canaries, project, environment, stack }: ExamineFor,
  known: {
    readonly filled: readonly ResolvedSteps[];
    readonly reads: readonly (readonly ExternalName[])[];
    readonly caller: Caller;
  },
): readonly RequiredAction[] {
  return canaries.flatMap((canary, index) => {
    const { steps } = known.filled[index] as ResolvedSteps;
    const all = steps.flatMap((step) => permissionsOf({ step, by: '' }));
    const leases = hasSetup(steps) ? leasePermissionsOf(project.name) : [];
    const permissions = [...all.filter(({ ofTap }) => stack === undefined || ofTap !== true), ...leases];
    const reads = known.reads[index] as readonly ExternalName[];
    const optional = readsOfChanges({ ...canary, steps, cleanup: [] }, reads, environment);
    return neededBy(canary.name, { steps: permissions, reads, optional }, known.caller);
  });
}

/** Optional permissions to read what changed before an incident, of a canary and values from outside with their names filled in. */
function readsOfChanges(
  filled: Canary,
  reads: readonly ExternalName[],
  environment: Environment,
): readonly Permission[] {
  const functions = changeablesOf(filled, environment);
  return [...stacksIn(reads), ...functions.filter(({ type }) => type === 'function')].map(
    ({ type, address }) => ({
      action: CHANGE_SOURCES[type].action,
      resource: address,
    }),
  );
}

/** True if a step, a value from outside, a channel or an option concerns AWS. Otherwise no credentials are needed. */
function needsAws({ canaries, project, environment, role, stack }: ExamineFor): boolean {
  const reads = [
    ...canaries.flatMap((canary) => externalsIn(canary, environment)),
    ...externalsInSettled(
      [
        ...project.channels.map(({ address, options }): Json => [address, options as JsonMap]),
        ...project.reporters,
      ],
      environment,
    ),
  ];
  const steps = canaries.flatMap((canary) => [...canary.steps, ...canary.cleanup]);
  return (
    (role ?? stack ?? environment.role) !== undefined ||
    reads.some(({ scheme }) => scheme !== 'env') ||
    hasSetup(steps) ||
    steps.some((step) => permissionsOf({ step, by: '' }).length > 0) ||
    project.channels.some(({ kind }) => KINDS.channels[kind]?.reach.by === 'aws')
  );
}

/** The identity of the caller: without it, no other question is possible. */
async function firstOf(
  { clients, environment }: ExamineFor,
  { signal, silence }: QuestionContext,
): Promise<Caller | Examination> {
  try {
    return await withTimeout(signal, async () => callerOf(clients, signal));
  } catch (thrown) {
    const { role } = environment;
    const what =
      faultSortOf(thrown) === 'denied' && role !== undefined
        ? `the role ${role} could not be assumed`
        : 'nothing could be asked of AWS';
    const why = signal.aborted ? silence() : faultMessage(thrown);
    return { found: [{ level: 'problem', what, why }] };
  }
}

interface UnreachedQuestion extends Unreached {
  readonly called: string;
}

async function answerOf(
  subject: Subject,
  asking: QuestionContext,
): Promise<readonly ConcernedFinding[] | UnreachedQuestion> {
  const question = QUESTIONS.get(subject.about) as AnyQuestion;
  const called = question.called(subject);
  try {
    const judge = await withTimeout(asking.signal, async () => question.put(subject, asking));
    return subject.uses.flatMap((use): readonly ConcernedFinding[] => {
      const findings = judge(use);
      return (findings.length === 0 ? [fine(called)] : findings).map((one) => ({ ...one, ...placeOf(use) }));
    });
  } catch (thrown) {
    if (asking.signal.aborted) return { called, unavailable: asking.silence() };
    const found: ConcernedFinding[] = [];
    for (const use of subject.uses) {
      const finding = faultFinding(thrown, use, { question, subject, asking });
      if ('unavailable' in finding) return { ...finding, called };
      found.push({ ...finding, ...placeOf(use) });
    }
    return found;
  }
}

/** An unavailable network affects all questions: one finding lists those that it prevented. */
function unreachedFindings(
  answers: readonly (readonly ConcernedFinding[] | UnreachedQuestion)[],
): readonly ConcernedFinding[] {
  const unavailable = answers.flatMap((answer) => ('unavailable' in answer ? [answer] : []));
  return [...Map.groupBy(unavailable, (one) => one.unavailable)].map(([what, some]) => ({
    level: 'problem',
    what,
    why: `Not asked therefore: ${some.map(({ called }) => called).join(', ')}.`,
  }));
}

/** Removes duplicates of one canary's findings; the first position stays. */
function distinct(found: readonly ConcernedFinding[]): readonly ConcernedFinding[] {
  return [
    ...new Map(
      found.toReversed().map((one) => [`${one.canary ?? ''} ${one.level} ${one.what}`, one]),
    ).values(),
  ].toReversed();
}
