import type { AwsClients } from '../../adapters/aws/clients.ts';
import type { DeployedTap } from '../../adapters/taps/control-message.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Environment, Project, TapDefinition } from '../../core/model/project.ts';
import type { Finding } from './finding.ts';

/** User of a resource: a step of a canary with its values filled in, or a channel. */
export interface Use {
  readonly canary?: string;
  readonly step?: Step;
  /** `the step 'It is stored'`, `channel pager`. */
  readonly by: string;
}

/** A thing in the account that canaries or channels name. */
export interface Subject {
  /** Key of its question. */
  readonly about: string;
  /** Its name, URL or ARN, as it is named. */
  readonly name: string;
  readonly uses: readonly Use[];
  readonly tap?: TapDefinition;
  /** The tap of the deployed stack that stands there. */
  readonly deployed?: DeployedTap;
  /** Source of the deployed tap of that name, and source of the check, if they are in different places. */
  readonly elsewhere?: { readonly listens: string; readonly checks: string };
}

/** A deployed stack in which the canaries run: its taps are its own, in its own account. */
export interface Stack {
  readonly name: string;
  readonly clients: AwsClients;
  readonly taps: readonly DeployedTap[];
}

export interface QuestionContext {
  readonly clients: AwsClients;
  readonly project: Project;
  readonly environment: Environment;
  /** Name of personal taps. */
  readonly as?: string;
  /** The role whose permissions are checked; the caller's own, if absent. */
  readonly role?: string;
  readonly stack?: Stack;
  /** Aborted at its time limit. */
  readonly signal: AbortSignal;
  /** The message after the signal was aborted. */
  silence(): string;
}

/** A question about one type of resource, by reading alone, and its conclusions for each use. */
export interface Question<Facts> {
  /** Display name: `table orders`. */
  called(subject: Subject): string;
  /** Remedy if it does not exist. */
  missing(subject: Subject, asking: QuestionContext): string;
  /** @throws errors of the AWS client. */
  ask(subject: Subject, asking: QuestionContext): Promise<Facts>;
  /** Everything that is wrong with it for one use. */
  judge(facts: Facts, use: Use, asking: QuestionContext): readonly Finding[];
}

/** A question whose answer only it understands. */
export interface AnyQuestion extends Pick<Question<unknown>, 'called' | 'missing'> {
  put(subject: Subject, asking: QuestionContext): Promise<(use: Use) => readonly Finding[]>;
}

/** Erases the type of the facts, so that a table can hold questions of every type. */
export function erase<Facts>(question: Question<Facts>): AnyQuestion {
  const { called, missing } = question;
  return {
    called,
    missing,
    put: async (subject, asking) => {
      const facts = await question.ask(subject, asking);
      return (use) => question.judge(facts, use, asking);
    },
  };
}

/** Result of an additional call that was denied, or that this AWS does not support. */
export interface Unasked {
  readonly unasked: string;
}

export function isUnasked(answer: unknown): answer is Unasked {
  return typeof answer === 'object' && answer !== null && 'unasked' in answer;
}
