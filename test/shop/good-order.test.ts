import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { formatRun } from '../../reporters/terminal/format-run.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';
import { coalmine } from '../support/command.ts';
import { shapeOf } from '../support/shape-of-run.ts';
import { runUnder } from './readme.ts';
import { CANARY, runShop } from './run-shop.ts';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws();
});
afterEach(async () => aws.close());

describe('the shop in good order, over a real connection', () => {
  it('is found in good order', async () => {
    const { run, code } = await runShop(aws);

    expect(run).toHaveVerdict('passed');
    expect(code).toBe(0);
    expect(run.trail.length).toBe(4);
    expect(run.continuity).toMatchObject({ seen: 4, of: 4 });
    expect(run.cleanup.map(({ verdict }) => verdict)).toEqual(['passed']);
    expect(shapeOf(runUnder('A green run'))).toBe(shapeOf(formatRun(run, painter(false))));
  });

  it('passes the id on at every hop of all its canaries', async () => {
    const shop = await deployShop(aws, undefined);
    const env = { ...process.env, ...shop.variables };
    await coalmine(['tap', 'canaries/shop'], { env });
    const { stdout } = await coalmine(['run', 'canaries/shop', '--reporter', 'json'], { env });

    const { runs } = JSON.parse(stdout) as { runs: readonly RunResult[] };
    expect(
      runs.map(({ canary, continuity }) => [canary, continuity && formatContinuity(continuity)]),
    ).toEqual([
      ['consumer-stores-orders', 'the id was on 3 of 3 hops'],
      ['order-can-be-read-back', undefined],
      ['order-reaches-warehouse', 'the id was on 4 of 4 hops'],
      ['plumbing-delivers', 'the id was on 4 of 4 hops'],
    ]);
  });

  it('is found in good order though each event is delivered three times', async () => {
    const { run, code } = await runShop(aws, 'redeliver');

    expect(run).toHaveVerdict('passed');
    expect(code).toBe(0);
  });

  it('cannot be judged without its taps, its table, its variables, or an AWS at all', async () => {
    const shop = await deployShop(aws, undefined);
    const env: Record<string, string | undefined> = { ...process.env, ...shop.variables };

    const noTap = await coalmine(['run', CANARY], { env });
    expect(noTap.code).toBe(3);
    expect(noTap.stdout).toContain(
      "The tap on bus shop is not there (coalmine-shop-bus-shop). Make it with 'coalmine tap --env local'.",
    );

    const { SHOP_API_URL: _, ...withoutVariable } = env;
    const noVariable = await coalmine(['run', CANARY], { env: withoutVariable });
    expect(noVariable.code).toBe(3);
    expect(noVariable.stdout).toContain('The environment variable SHOP_API_URL is not set');

    const away = await coalmine(['run', CANARY], { env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } });
    expect(away.code).toBe(3);
    expect(away.stdout).toContain('The AWS API could not be reached from here');
  });

  it('can be watched by one reader alone, unless the other has taps of its own', async () => {
    const shop = await deployShop(aws, undefined);
    const env = { ...process.env, ...shop.variables };
    await coalmine(['tap', CANARY], { env });
    await coalmine(['tap', CANARY, '--as', 'bob'], { env });
    const run = async (user: string, ...more: string[]) =>
      coalmine(['run', CANARY, ...more], { env, who: { user, host: 'laptop', pid: 1 } });

    const [first, second, third] = await Promise.all([run('anna'), run('bob'), run('bob', '--as', 'bob')]);

    const [held, refused] = first.code === 0 ? [first, second] : [second, first];
    expect(held.code).toBe(0);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/is read by (anna|bob)@laptop, process 1 already/);
    expect(third.code).toBe(0);
  });

  it('has taps that can be made twice, shown, and removed twice', async () => {
    const shop = await deployShop(aws, undefined);
    const env = { ...process.env, ...shop.variables };
    const tap = async (...more: string[]) => coalmine(['tap', CANARY, ...more], { env });

    expect(await tap('--show')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('not there  bus shop'),
    });
    expect((await tap()).code).toBe(0);
    expect((await tap()).code).toBe(0);
    expect(await tap('--show')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('there  topic shop-shipments'),
    });
    expect((await tap('--remove')).code).toBe(0);
    expect((await tap('--remove')).code).toBe(0);
    expect((await tap('--show')).code).toBe(1);
  });
});
