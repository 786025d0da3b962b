import { isRegion } from '../../core/aws/region.ts';
import { visible } from '../../core/base/format.ts';
import { UsageError } from '../../runs/usage-error.ts';

/** The pipelines that `init` can write. */
export const PIPELINES = ['github', 'gitlab', 'none'] as const;

/** Everything that the files of a project are made from. */
export interface Answers {
  readonly project: string;
  readonly url: string;
  readonly owner: string;
  readonly env: string;
  readonly region: string;
  /** The folder of the canaries, with slashes. */
  readonly folder: string;
  readonly ci: (typeof PIPELINES)[number];
}

/** Options of the command line, each the answer to a question. */
export type GivenAnswers = { readonly [Key in keyof Answers]?: string };

interface Question {
  /** Absent for one that is never asked. */
  readonly text?: string;
  /** The fault of an answer, and the remedy. */
  readonly fault: (answer: string) => string | undefined;
}

const QUESTIONS: Readonly<Record<keyof Answers, Question>> = {
  project: {
    text: 'Name of the project',
    fault: named(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case-words, at most 40 characters'),
  },
  url: {
    text: 'Address that the first canary requests',
    fault: (answer) =>
      /^https?:\/\/[^\s$"\\]+$/.test(answer) && URL.canParse(answer)
        ? undefined
        : 'a URL such as https://shop.example.com',
  },
  owner: {
    text: 'Person or team to call',
    fault: (answer) =>
      visible(answer) === answer && !answer.includes('${') && answer.trim() !== ''
        ? undefined
        : 'a name such as team-checkout',
  },
  env: { text: 'Name of its environment', fault: named(/^[a-z0-9][a-z0-9-]*$/, 'lower-case-words') },
  region: {
    text: 'AWS region',
    fault: (answer) => (isRegion(answer) ? undefined : 'a region such as eu-west-1'),
  },
  folder: {
    fault: (answer) =>
      /^[\w.@-]+(\/[\w.@-]+)*$/.test(answer) && !answer.split('/').includes('..')
        ? undefined
        : 'a folder below this one, such as canaries',
  },
  ci: {
    text: 'Pipeline: github, gitlab or none',
    fault: (answer) => (PIPELINES.some((one) => one === answer) ? undefined : PIPELINES.join(', ')),
  },
};

function named(pattern: RegExp, form: string): Question['fault'] {
  return (answer) => (pattern.test(answer) ? undefined : form);
}

/** Asks a person, who may leave the default. */
export type Ask = (question: string, proposal: string) => Promise<string>;

/**
 * Completes the options of the command line: by questions if there is a person to ask, otherwise by the defaults. A faulty answer is asked
 * for again.
 * @throws UsageError for a faulty option.
 */
export async function answersOf(
  given: GivenAnswers,
  defaults: Answers,
  ask: Ask | undefined,
): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const [key, question] of Object.entries(QUESTIONS) as [keyof Answers, Question][]) {
    const option = given[key];
    const fault = option === undefined ? undefined : question.fault(option);
    if (fault !== undefined) throw new UsageError(`--${key} cannot be '${option}'. Write ${fault}.`);
    answers[key] = option ?? (await askFor(question, defaults[key], ask));
  }
  return answers as unknown as Answers;
}

async function askFor({ text, fault }: Question, proposal: string, ask: Ask | undefined): Promise<string> {
  if (ask === undefined || text === undefined) return proposal;
  for (let question = text; ; ) {
    const answer = (await ask(question, proposal)).trim() || proposal;
    const wrong = fault(answer);
    if (wrong === undefined) return answer;
    question = `${text}: write ${wrong}`;
  }
}
