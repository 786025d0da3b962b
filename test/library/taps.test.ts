import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { assertPassed, run } from '../../runner/library/index.ts';
import { coalmine } from '../support/command.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CANARIES = 'canaries/shop';

let aws: LocalAws;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  aws = await startLocalAws();
  ({ variables } = await deployShop(aws, undefined));
  await coalmine(['tap', CANARIES], { cwd: ROOT, env: variables });
});
afterAll(async () => aws.close());

it('two calls at once on one tap both pass: one waits for the end of the other', async () => {
  const warnings: string[] = [];
  // Not the canary of a watched queue: two readers hide its messages from each other.
  const tags = ['checkout', 'fulfilment'];
  const options = { cwd: ROOT, variables, tags, onWarning: (text: string) => void warnings.push(text) };

  const both = await Promise.all([run(CANARIES, options), run(CANARIES, options)]);

  for (const results of both) assertPassed(results);
  expect(both.map(({ length }) => length)).toEqual([3, 3]);
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^The tap on bus shop is read by .*, process \d+, call \w{8}\. Runs that need it wait for the end of that\.$/,
    ),
  );
});
