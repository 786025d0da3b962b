import { classifyAwsError, faultSortOf } from '../../adapters/aws/errors.ts';
import { CanaryError } from '../../core/base/errors.ts';
import type { Sort } from '../../core/blame/sorts.ts';
import type { Permission, StepInput } from '../../kinds/kind.ts';
import { KINDS } from '../../registry.ts';
import type { Finding } from './finding.ts';
import type { AnyQuestion, QuestionContext, Subject, Use } from './question.ts';

/** AWS as a whole was unreachable; one finding, however many questions it affected. */
export interface Unreached {
  readonly unavailable: string;
}

/** Sorts that affect every call to AWS. */
const UNREACHED: ReadonlySet<Sort> = new Set<Sort>([
  'clock',
  'credentials',
  'machine',
  'noCredentials',
  'noProfile',
  'noRegion',
  'notAws',
  'notHttp',
  'request',
  'route',
  'signature',
  'unavailable',
  'unreachable',
  'untrusted',
]);

/** Result of an unanswered question. */
export interface Unanswered {
  readonly question: AnyQuestion;
  readonly subject: Subject;
  readonly asking: QuestionContext;
}

/** The finding of a question's fault, for one use of the resource. */
export function faultFinding(
  thrown: unknown,
  use: Use,
  { question, subject, asking }: Unanswered,
): Finding | Unreached {
  const called = question.called(subject);
  const sort = faultSortOf(thrown);
  if (sort === 'missing')
    return {
      level: 'problem',
      what: `${called} is not there`,
      why: `It is named by ${use.by}: ${use.step === undefined ? 'its notices do not arrive' : 'no run can pass'}.`,
      todo: question.missing(subject, asking),
    };
  if (sort === 'denied' || sort === 'keyDenied') return deniedFinding(thrown, use, called);
  if (sort !== undefined && !UNREACHED.has(sort))
    return { level: 'unchecked', what: `${called}: ${faultMessage(thrown)}` };
  return { unavailable: faultMessage(thrown) };
}

/** A permission missing for the question is missing for the run too, if the run makes the same call. */
function deniedFinding(thrown: unknown, use: Use, called: string): Finding {
  const { iamAction = 'this' } = thrown as { readonly iamAction?: string };
  const needed = permissionsOf(use).some(({ action }) => action === iamAction);
  if (!needed) return { level: 'unchecked', what: `${called}: you may not do ${iamAction}` };
  return {
    level: 'problem',
    what: `${called}: you may not do ${iamAction}`,
    why: `It is needed by ${use.by}.`,
    todo: "Grant it: 'npx coalmine iam' lists all that the canaries need.",
  };
}

export function permissionsOf({ step }: Use): readonly Permission[] {
  if (step === undefined) return [];
  const kind = step.mode === 'act' ? KINDS.verbs[step.kind] : KINDS.nouns[step.kind];
  return kind?.permissions(step.input as StepInput) ?? [];
}

/** The message of an error; any error other than a fault of AWS is a bug, and thrown on. */
export function faultMessage(thrown: unknown): string {
  const fault = classifyAwsError(thrown);
  if (fault instanceof CanaryError) return fault.message;
  throw fault;
}
