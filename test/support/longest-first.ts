import { createHash } from 'node:crypto';
import module from '@jest/test-sequencer';

/** Its types describe the CommonJS module; Node gives an import the class itself. */
const Sequencer = module as unknown as typeof module.default;

/** Files that take longest on an idle machine, the longest first. Their size, by which jest orders a first run, does not show it. */
export const LONGEST: readonly string[] = [
  'test/shop/breaks.test.ts',
  'test/shop/good-order.test.ts',
  'test/recipes/recipes.test.ts',
  'test/cdk/cdk.test.ts',
  'test/examples/examples.test.ts',
  'test/lambda/functions.test.ts',
  'test/packages/installed/install.test.ts',
  'test/lambda/bundle.test.ts',
  'test/simulated/simulation.test.ts',
  'test/bench/parts.test.ts',
  'test/cli/gone.test.ts',
  'test/library/taps.test.ts',
  'test/deploy/recorded.test.ts',
  'test/kinds/examples.test.ts',
  'test/lambda/channels.test.ts',
  'test/cli/process/lost-output.test.ts',
  'test/cli/trace.test.ts',
  'test/deploy/build-stack.test.ts',
  'test/kinds/nouns/nouns.test.ts',
  'test/cli/process/bundle.test.ts',
  'test/deploy/deploy-command.test.ts',
  'test/library/process.test.ts',
  'test/cli/process/standstill.test.ts',
  'test/adapters/taps/watched-queue.test.ts',
  'test/library/test-suites.test.ts',
];

type Tests = Parameters<InstanceType<typeof Sequencer>['sort']>[0];

/**
 * Starts the longest files first, so that no processor waits for one of them in the end; jest's own order decides about the others. With `ORDER`
 * in the environment, the order is another one for each of its values: a test file must pass after any other.
 */
export default class LongestFirst extends Sequencer {
  override sort(tests: Tests): Tests {
    const { ORDER } = process.env;
    if (ORDER !== undefined) return inOrder(tests, ORDER);
    const own = super.sort(tests) as Tests;
    const listed = LONGEST.flatMap((file) => own.find(({ path }) => path.endsWith(file)) ?? []);
    return [...listed, ...own.filter((test) => !listed.includes(test))];
  }
}

function inOrder(tests: Tests, order: string): Tests {
  const placeOf = (path: string): string => createHash('sha256').update(`${order} ${path}`).digest('hex');
  const placed = tests.map((test) => ({ test, place: placeOf(test.path) }));
  return placed.toSorted((a, b) => a.place.localeCompare(b.place)).map(({ test }) => test);
}
