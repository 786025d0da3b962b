import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BREAKS } from '../../examples/shop/breaks.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { formatRun } from '../../reporters/terminal/format-run.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import { formatDossier } from '../../runner/core/dossier/dossier.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';
import { readPage } from '../support/pages.ts';
import { shapeOf } from '../support/shape-of-run.ts';
import { runUnder } from './readme.ts';
import { runShop } from './run-shop.ts';

/** The line that the guide shows of the break `lose-id`. */
const LOST_ID =
  'the id was on 2 of 4 hops; lost between bus shop · OrderPlaced from shop.orders and table shop-orders: the item has no attribute with the id';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws();
});
afterEach(async () => aws.close());

describe('the shop, over a real connection', () => {
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
      readme: 'A red run',
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
  ])('is found broken by $name, at the right hop', async ({ name, step, reason, hop, id, readme }) => {
    const { run, code } = await runShop(aws, name);

    expect(run).toHaveVerdict('failed', { at: step, reason });
    expect(run.steps.find((one) => one.name === step)?.hop).toContain(hop);
    expect(formatDossier(run).split('\n').slice(0, 10).join('\n')).toContain(hop);
    expect(run.continuity === undefined ? '' : formatContinuity(run.continuity)).toMatch(id);
    expect(code).toBe(1);
    if (readme !== undefined) expect(shapeOf(runUnder(readme))).toBe(shapeOf(formatRun(run, painter(false))));
  });

  it('is found broken by lose-callback, at the inbox of the run', async () => {
    const canary = 'canaries/shop/consumer-stores-orders.canary.yaml';
    const { run, code } = await runShop(aws, 'lose-callback', canary);

    expect(run).toHaveVerdict('failed', {
      at: 'The customer is called back once',
      reason: 'not within 5 s: no request was seen',
    });
    expect(run.steps.filter(({ verdict }) => verdict === 'failed')).toEqual([
      expect.objectContaining({ hop: 'inbox POST /orders', blame: 'target' }),
    ]);
    expect(code).toBe(1);
  });

  it('loses its id as the guide shows it', () => {
    expect(readPage('docs/guide/making-your-application-traceable.md')).toContain(`  ${LOST_ID}\n`);
  });

  it('covers every break that there is', () => {
    expect(Object.keys(BREAKS).toSorted()).toEqual([
      'api-500',
      'duplicate-event',
      'lose-callback',
      'lose-event',
      'lose-id',
      'poison-message',
      'redeliver',
      'slow-consumer',
      'wrong-field',
    ]);
  });
});
