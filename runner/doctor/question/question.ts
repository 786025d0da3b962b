import type { AwsClients } from '../../adapters/aws/clients.ts';
import type { DeployedTap } from '../../adapters/taps/control-message.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Environment, Project, TapDefinition } from '../../core/model/project.ts';
import type { Finding } from './finding.ts';

/** Who names a thing: a step of a canary with its values put in, or a channel. */
export interface Use {
  readonly canary?: string;
  readonly step?: Step;
  /** `the step 'It is stored'`, `channel pager`. */
  readonly by: string;
}

/** A thing in the account that canaries or channels name. */
export interface Subject {
  /** The question that is asked of it. */
  readonly about: string;
  /** Its name, URL or ARN, as it is named. */
  readonly name: string;
  readonly uses: readonly Use[];
  readonly tap?: TapDefinition;
  /** The tap of the deployed stack that stands there. */
  readonly deployed?: DeployedTap;
  /** Where the deployed tap of that name listens and where the check looks, if these are different places. */
  readonly elsewhere?: { readonly listens: string; readonly looks: string };
}

/** A deployed stack in which the canaries run: its taps are its own, in its own account. */
export interface Stack {
  readonly name: string;
  readonly clients: AwsClients;
  readonly taps: readonly DeployedTap[];
}

/** What a question is asked with. */
export interface QuestionContext {
  readonly clients: AwsClients;
  readonly project: Project;
  readonly environment: Environment;
  /** Taps of somebody's own. */
  readonly as?: string;
  /** The role whose permissions are asked about; the caller's own, where absent. */
  readonly role?: string;
  readonly stack?: Stack;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
  /** Why nothing was answered, once the signal was aborted. */
  silence(): string;
}

/** What is asked of one sort of thing, by reading alone, and what the answer means for those who name it. */
export interface Question<Facts> {
  readonly about: string;
  /** How it is called: `table orders`. */
  called(subject: Subject): string;
  /** What to do where it is not there. */
  missing(subject: Subject, asking: QuestionContext): string;
  /** @throws what the AWS client throws. */
  ask(subject: Subject, asking: QuestionContext): Promise<Facts>;
  /** All that is not as it must be, for one who names it. */
  judge(facts: Facts, use: Use, asking: QuestionContext): readonly Finding[];
}

/** A question whose answer only it understands. */
export interface AnyQuestion extends Pick<Question<unknown>, 'about' | 'called' | 'missing'> {
  put(subject: Subject, asking: QuestionContext): Promise<(use: Use) => readonly Finding[]>;
}

/** Ties what is asked to what it means, so that a table can hold questions of every sort. */
export function erase<Facts>(question: Question<Facts>): AnyQuestion {
  const { about, called, missing } = question;
  return {
    about,
    called,
    missing,
    put: async (subject, asking) => {
      const facts = await question.ask(subject, asking);
      return (use) => question.judge(facts, use, asking);
    },
  };
}

/** Something that was asked beside the question itself, and that the caller may not ask, or this AWS does not tell. */
export interface Unasked {
  readonly unasked: string;
}

/** True where it was not told. */
export function isUnasked(answer: unknown): answer is Unasked {
  return typeof answer === 'object' && answer !== null && 'unasked' in answer;
}
