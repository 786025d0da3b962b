import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { DIFFERENCES, type Difference } from './differences.ts';

/** A test of jest's runner: the parts used here. */
interface Test {
  readonly name: string;
  readonly parent?: Test;
  /** Errors, each with jest's note of its origin. */
  readonly errors: unknown[];
}

/** Events of jest's runner. */
export interface TestEvent {
  readonly name: string;
  readonly test?: Test;
}

/** Receives faults that belong to no test. */
export interface RunnerState {
  readonly unhandledErrors: unknown[];
}

/**
 * Inverts the outcome of tests on the list of differences. A failure as listed passes. A pass, another failure or a missing test
 * is a fault of the list, and fails.
 */
export function judgeOf(root: string, testPath: string): (event: TestEvent, state: RunnerState) => void {
  const file = relative(root, testPath).replaceAll('\\', '/');
  const listed = new Map(
    DIFFERENCES.filter((one) => one.file === file).map((one) => [fullTitleOf(one), one]),
  );
  const met = new Set<string>();
  return ({ name, test }, { unhandledErrors }) => {
    if (name === 'run_finish')
      unhandledErrors.push(...unmet([...listed.keys()].filter((one) => !met.has(one))));
    if (test === undefined || (name !== 'test_done' && name !== 'test_skip')) return;
    const title = titleOf(test);
    met.add(title);
    const difference = listed.get(title);
    if (difference !== undefined && name === 'test_done') turnAround(test.errors, difference);
  };
}

/** Suites from elsewhere know nothing of two AWSs, and run against MiniStack alone. */
function fullTitleOf({ file, aws, test }: Difference): string {
  return file.startsWith('test/emulated/') ? `${aws} ${test}` : test;
}

function turnAround(errors: unknown[], { shows, reason }: Difference): void {
  if (errors.length === 0)
    errors.push(new Error(`This works now, so take it out of the list of differences: ${reason}`));
  else if (errors.every((error) => shows.test(wordsOf(error)))) errors.length = 0;
  else
    errors.push(new Error(`The list of differences knows of something else that goes wrong here: ${reason}`));
}

function unmet(titles: readonly string[]): readonly Error[] {
  return titles.map((title) => new Error(`The list of differences names a test that is not there: ${title}`));
}

function titleOf({ name, parent }: Test): string {
  // The outermost block is jest's own, and has a name that is no part of a title.
  return parent?.parent === undefined ? name : `${titleOf(parent)} ${name}`;
}

function wordsOf(error: unknown): string {
  const [thrown, noted] = Array.isArray(error) ? (error as readonly unknown[]) : [error];
  const { stack, message } = (thrown ?? noted ?? {}) as Partial<Error>;
  return stripVTControlCharacters(stack ?? message ?? String(thrown));
}
