import { type LocalAws, type LocalAwsOf, startLocalAws } from '../../../infra/local-aws/index.ts';

/** Interface of an AWS on this machine, so that tests can use another than ours. */
export interface TestAws extends Pick<LocalAws, 'url' | 'region' | 'account' | 'api' | 'close'> {
  readonly functions: Pick<LocalAws['functions'], 'register' | 'invoke'>;
  readonly events: Pick<LocalAws['events'], 'intercept'>;
  readonly stacks: Pick<LocalAws['stacks'], 'register'>;
  readonly logs: Pick<LocalAws['logs'], 'write'>;
  readonly xray: Pick<LocalAws['xray'], 'searchTransactions'>;
}

/** Starts the AWS that this run of the tests is against: ours, or with `npm run test:aws` an emulator that none of us wrote. */
export async function startTestAws(of: Omit<LocalAwsOf, 'port'> = {}): Promise<TestAws> {
  if (process.env['COALMINE_TEST_AWS'] !== 'MiniStack') return startLocalAws(of);
  const { startMiniStack } = await import('../../emulated/setup/mini-stack.ts');
  return startMiniStack(of);
}
