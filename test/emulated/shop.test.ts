import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployShop } from '../../examples/shop/deploy.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { type Aws, BOTH } from './judge/two-aws.ts';

const CANARIES = 'canaries/shop';

// Ours has its turn in test/shop, with everything that can break.
describe.each(BOTH.filter(({ name }) => name === 'MiniStack'))('$name', ({ start }) => {
  let aws: Aws;
  let env: Readonly<Record<string, string | undefined>>;
  beforeAll(async () => {
    aws = await start();
    const { variables } = await deployShop(aws, undefined);
    env = { ...process.env, ...variables };
  });
  afterAll(async () => aws.close());

  it('has the shop’s taps when they were made, twice like once, and not any longer when they were removed', async () => {
    const tap = async (...more: readonly string[]) => {
      const { code, stdout, stderr } = await coalmine(['tap', CANARIES, '--env', 'local', ...more], { env });
      return { code, there: stdout.match(/^there/gm)?.length ?? 0, stderr };
    };

    expect(await tap('--show')).toEqual({ code: 1, there: 0, stderr: '' });
    expect(await tap()).toEqual({ code: 0, there: 2, stderr: '' });
    expect(await tap()).toEqual({ code: 0, there: 2, stderr: '' });
    expect(await tap('--show')).toEqual({ code: 0, there: 2, stderr: '' });
    expect(await tap('--remove')).toEqual({ code: 0, there: 0, stderr: '' });
    expect(await tap('--show')).toEqual({ code: 1, there: 0, stderr: '' });
    expect(await tap('--remove')).toEqual({ code: 0, there: 0, stderr: '' });
  });

  it('has the shop in good order, as its canaries see it through their taps', async () => {
    expect(await coalmine(['tap', CANARIES, '--env', 'local'], { env })).toMatchObject({
      code: 0,
      stderr: '',
    });

    const state = join(emptyFolder(), 'state.sqlite'); // an earlier run of the same project left nothing there
    const options = ['--reporter', 'json', '--state', state];
    const { stdout, stderr } = await coalmine(['run', CANARIES, ...options], { env });

    const { runs } = JSON.parse(stdout) as { readonly runs: readonly RunResult[] };
    expect(stderr).toBe('');
    expect(runs.map(({ canary, verdict }) => ({ canary, verdict }))).toEqual([
      { canary: 'consumer-stores-orders', verdict: 'passed' },
      { canary: 'order-can-be-read-back', verdict: 'passed' },
      { canary: 'order-reaches-warehouse', verdict: 'passed' },
      { canary: 'plumbing-delivers', verdict: 'passed' },
    ]);
  });
});
