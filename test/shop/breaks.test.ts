import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BREAKS } from '../../examples/shop/breaks.ts';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { formatRun } from '../../reporters/terminal/format-run.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import { formatDossier } from '../../runner/core/dossier/dossier.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';
import { coalmine } from '../support/command.ts';
import { readPage } from '../support/pages.ts';
import { shapeOf } from '../support/shape-of-run.ts';
import { runUnder } from './readme.ts';

const CANARY = 'canaries/shop/order-reaches-warehouse.canary.yaml';

/** The line that the guide shows of the break `lose-id`. */
const LOST_ID =
  'the id was on 2 of 4 hops; lost between bus shop · OrderPlaced from shop.orders and table shop-orders: the item has no attribute with the id';

let aws: LocalAws;
let port: number | undefined;

beforeEach(async () => {
  // The same port each time: the handlers' clients are made once, as in Lambda, and keep their endpoint.
  aws = await startLocalAws(port === undefined ? {} : { port });
  port = Number(new URL(aws.url).port);
});
afterEach(async () => aws.close());

async function runBroken(name?: string): Promise<{ run: RunResult; code: number; stderr: string }> {
  const shop = await deployShop(aws, name === undefined ? undefined : BREAKS[name]);
  const env = { ...process.env, ...shop.variables };
  const made = await coalmine(['tap', CANARY], { env });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout, stderr } = await coalmine(['run', CANARY, '--reporter', 'json'], { env });
  const { runs } = JSON.parse(stdout) as { runs: RunResult[] };
  return { run: runs[0] as RunResult, code, stderr };
}

describe('the shop, over a real connection', () => {
  it('is found in good order', async () => {
    const { run, code } = await runBroken();

    expect(run).toHaveVerdict('passed');
    expect(code).toBe(0);
    expect(run.trail.length).toBe(4);
    expect(run.continuity).toMatchObject({ seen: 4, of: 4 });
    expect(run.cleanup.map(({ verdict }) => verdict)).toEqual(['passed']);
    expect(shapeOf(runUnder('A green run'))).toBe(shapeOf(formatRun(run, painter(false))));
  });

  it.each([
    {
      name: 'lose-event',
      step: 'The bus carries OrderPlaced exactly once',
      reason: 'not within 5 s: no event was seen',
      hop: 'bus shop · OrderPlaced from shop.orders',
      id: /^the id was on 1 of 4 hops; last at POST http.*, and not seen at bus shop · OrderPlaced/,
    },
    {
      name: 'duplicate-event',
      step: 'The bus carries OrderPlaced exactly once',
      reason: 'exactly 1 expected, and 2 events were seen',
      hop: 'bus shop · OrderPlaced from shop.orders',
      id: 'the id was on 4 of 4 hops',
    },
    {
      name: 'lose-id',
      step: 'The shipments topic notifies the warehouse once',
      reason: 'not within 5 s: no message was seen',
      hop: 'topic shop-shipments',
      id: LOST_ID,
    },
    {
      name: 'slow-consumer',
      step: 'The orders table holds it, as it was placed',
      reason: 'not within 5 s: no item was seen',
      hop: 'table shop-orders',
      id: 'the id was on 2 of 4 hops; last at bus shop · OrderPlaced from shop.orders, and not seen at table shop-orders',
    },
    {
      name: 'wrong-field',
      step: 'The bus carries OrderPlaced exactly once',
      reason: '1 event was selected, and differs',
      hop: 'bus shop · OrderPlaced from shop.orders',
      id: 'the id was on 4 of 4 hops',
    },
    {
      name: 'poison-message',
      step: 'Nothing lands in the dead-letter queue',
      reason: '1 message was seen that should never appear',
      hop: 'queue shop-orders-dlq',
      id: 'the id was on 2 of 4 hops; last at bus shop · OrderPlaced from shop.orders, and not seen at table shop-orders',
    },
    {
      name: 'api-500',
      step: 'The orders API takes an order',
      reason: 'status 500',
      hop: 'POST http://127.0.0.1',
      id: '',
    },
  ])('is found broken by $name, at the right hop', async ({ name, step, reason, hop, id }) => {
    const { run, code } = await runBroken(name);

    expect(run).toHaveVerdict('failed', { at: step, reason });
    expect(run.steps.find((one) => one.name === step)?.hop).toContain(hop);
    expect(formatDossier(run).split('\n').slice(0, 10).join('\n')).toContain(hop);
    expect(run.continuity === undefined ? '' : formatContinuity(run.continuity)).toMatch(id);
    expect(code).toBe(1);
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
      ['consumer-stores-orders', 'the id was on 2 of 2 hops'],
      ['order-can-be-read-back', undefined],
      ['order-reaches-warehouse', 'the id was on 4 of 4 hops'],
      ['plumbing-delivers', 'the id was on 4 of 4 hops'],
    ]);
  });

  it('is found in good order though each event is delivered three times', async () => {
    const { run, code } = await runBroken('redeliver');

    expect(run).toHaveVerdict('passed');
    expect(code).toBe(0);
  });

  it('is printed in the README as it is printed here, when it is broken', async () => {
    const { run } = await runBroken('duplicate-event');

    expect(shapeOf(runUnder('A red run'))).toBe(shapeOf(formatRun(run, painter(false))));
  });

  it('loses its id as the guide shows it', () => {
    expect(readPage('docs/guide/making-your-application-traceable.md')).toContain(`  ${LOST_ID}\n`);
  });

  it('covers every break that there is', () => {
    expect(Object.keys(BREAKS).toSorted()).toEqual([
      'api-500',
      'duplicate-event',
      'lose-event',
      'lose-id',
      'poison-message',
      'redeliver',
      'slow-consumer',
      'wrong-field',
    ]);
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
