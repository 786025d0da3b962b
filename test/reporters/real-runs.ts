import { classifyAwsError } from '../../runner/adapters/aws/errors.ts';
import { envReferences } from '../../runner/adapters/references/env.ts';
import { memoryJournal } from '../../runner/adapters/taps/memory-journal.ts';
import { sqsTaps } from '../../runner/adapters/taps/sqs-taps.ts';
import { TargetError } from '../../runner/core/base/errors.ts';
import type { Json } from '../../runner/core/base/json.ts';
import type { Canary, SourcePosition } from '../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import type { Evidence, RunResult } from '../../runner/core/model/run-result.ts';
import type { Engine, RunRequest } from '../../runner/engine/engine.ts';
import { Interrupted } from '../../runner/engine/steps/classify-error.ts';
import { feedsOf } from '../../runner/engine/taps/tap-subscriptions.ts';
import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import { event } from '../../runner/kinds/nouns/messages/event.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../support/run/builders.ts';
import { RunHarness } from '../support/run/run-harness.ts';

/** Runs of the real engine by a manual clock, one for each type of fact in a report. */
export const RUNS: Readonly<Record<string, () => Promise<RunResult>>> = {
  passed: async () => runAndReport(shopHarness(), SHOP),

  degraded: async () => {
    const harness = shopHarness({ storedAfterMs: 4_000 });
    const place = actStep('The orders API takes an order', {
      id: '1',
      at: at(7),
      response: { status: 201 },
      retry: { times: 2, waitMs: 500 },
      save: { orderId: 'response.body.orderId' },
    });
    const act = harness.act;
    harness.act = async (input, context, tried) =>
      tried === 1 ? { data: { status: 503 }, retryable: true } : act(input, context, tried);
    return runAndReport(harness, { ...SHOP, steps: [place, ...SHOP.steps.slice(1)] });
  },

  'failed, with differences': async () => {
    const detail = {
      orderId: 'ord_1',
      sku: 'CANARY-SKU-1',
      qty: '3',
      total: 12,
      note: 'a \u001b[31mred\u001b[0m word',
    };
    const harness = shopHarness({ event: { detail, version: '0' } });
    const has = {
      detail: {
        qty: 3,
        total: { $above: 20 },
        currency: 'EUR',
        note: 'plain',
        sku: { $matches: '^canary-' },
      },
      resources: [],
    };
    return runAndReport(harness, withStep(1, { has, count: undefined, withinMs: 2_000 }));
  },

  'failed, with more differences than are shown': async () => {
    const long = 'x'.repeat(200);
    const harness = shopHarness({
      event: { detail: { list: Array.from({ length: 10 }, (_, n) => n), long } },
    });
    const has = { detail: { list: Array.from({ length: 10 }, (_, n) => n + 1), long: `${long}y` } };
    return runAndReport(harness, withStep(1, { has, count: undefined, withinMs: 2_000 }));
  },

  'failed, nothing selected': async () => {
    const harness = shopHarness({ event: null });
    harness.nearby = [
      "1 with the run's id was not selected: its detail-type is OrderRejected",
      '3 OrderPlaced events with another id arrived in the same time',
    ];
    return runAndReport(harness, SHOP);
  },

  'failed, seen twice and where it should never be': async () =>
    runAndReport(shopHarness({ events: 2, refused: true }), SHOP),

  'failed, the system refuses': async () => {
    const harness = shopHarness();
    harness.act = async (_, { stepId }) => {
      await harness.clock.sleep(31);
      if (stepId === 'cleanup-1')
        throw new TargetError('api.example.com refused the connection (ECONNREFUSED).');
      return { data: { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>It broke</h1>' } };
    };
    return runAndReport(harness, SHOP);
  },

  'error, a variable is missing': async () =>
    runAndReport(shopHarness(), withStep(0, { input: { url: '${env:SHOP_API_URL}/orders' } }), {
      references: envReferences({}, { secrets: [] }),
    }),

  'error, the tap is missing': async () => {
    const missing = Object.assign(new Error('The specified queue does not exist.'), {
      name: 'QueueDoesNotExist',
    });
    const clients = {
      clientOf: () => ({ send: async () => Promise.reject(missing) }) as never,
      close: () => {},
    };
    const harness = shopHarness();
    const feeds = feedsOf({
      taps: sqsTaps({ clients, project: { ...NO_PROJECT, name: 'shop' }, environment: 'staging' }),
      definitions: async () => [{ on: { bus: 'orders' }, ids: [], probe: false }],
      journal: memoryJournal(),
      leases: { take: async () => ({ held: true }), drop: async () => {} },
      clock: harness.clock,
      probe: async () => '',
      owner: 'anna@laptop, process 1',
    });
    const nouns = { ...shopNouns(harness), event: event as unknown as Noun };
    return runAndReport(harness, withStep(1, { input: { bus: 'orders', detailType: 'OrderPlaced' } }), {
      feeds,
      nouns,
    });
  },

  'error, a permission is missing': async () => {
    const denied = Object.assign(
      new Error(
        'User: arn:aws:sts::111122223333:assumed-role/coalmine/run is not authorized to perform: dynamodb:GetItem',
      ),
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
    );
    return runAndReport(shopHarness({ stored: denied }), SHOP, { classifyAwsError });
  },

  'error, a fault of ours': async () => {
    const harness = shopHarness();
    harness.act = async () =>
      Promise.reject(new TypeError("Cannot read properties of undefined (reading 'x')"));
    return runAndReport(harness, SHOP);
  },

  skipped: async () => runAndReport(shopHarness(), { ...SHOP, only: ['prod', 'staging-eu'] }),

  interrupted: async () => {
    const harness = shopHarness({ storedAfterMs: 9_000 });
    const ending = new AbortController();
    harness.after(1_500, () => ending.abort(new Interrupted('The run was interrupted.')));
    return runAndReport(harness, SHOP, {}, { signal: ending.signal });
  },

  'the time was spent': async () =>
    runAndReport(shopHarness({ storedAfterMs: 60_000 }), { ...SHOP, timeoutMs: 3_000 }),

  'cleanup, passed over and failed': async () => {
    const harness = shopHarness();
    const act = harness.act;
    harness.act = async (input, context, tried) => {
      if (context.stepId === 'cleanup-2')
        return { data: { status: 409, body: { error: 'shipped already' } } };
      return act(input, context, tried);
    };
    const cleanup = [
      actStep('Take the parcel back', { id: 'cleanup-1', input: { id: '${parcelId}' }, at: at(40) }),
      actStep('Cancel the order', { id: 'cleanup-2', response: { status: 204 }, at: at(42) }),
      actStep('Forget the customer', { id: 'cleanup-3', at: at(44) }),
    ];
    return runAndReport(harness, { ...SHOP, cleanup });
  },

  'cleanup, left out on demand': async () => runAndReport(shopHarness(), SHOP, {}, { keep: true }),
};

/** A typical canary. */
export const SHOP: Canary = canaryOf(
  {
    name: 'order-reaches-warehouse',
    owner: 'team-checkout',
    runbook: 'https://wiki.example.com/runbooks/order-flow',
    tags: ['shop', 'critical'],
    source: 'canaries/shop.canary.yaml',
    cleanup: [actStep('Cancel the order', { id: 'cleanup-1', input: { id: '${orderId}' }, at: at(40) })],
  },
  actStep('The orders API takes an order', {
    id: '1',
    response: { status: 201 },
    save: { orderId: 'response.body.orderId' },
    at: at(7),
  }),
  expectStep('The bus carries OrderPlaced exactly once', {
    id: '2',
    kind: 'event',
    has: { detail: { orderId: '${orderId}' } },
    count: { atLeast: 1, atMost: 1 },
    forMs: 2_000,
    withinMs: 5_000,
    at: at(14),
  }),
  expectStep('The orders table holds it', {
    id: '3',
    kind: 'item',
    has: { status: 'PLACED' },
    withinMs: 10_000,
    warnAfterMs: 3_000,
    at: at(22),
  }),
  neverStep('Nothing lands in the dead-letter queue', {
    id: 'throughout-1',
    phase: 'throughout',
    kind: 'message',
    forMs: 3_000,
    at: at(30),
  }),
);

interface Shop {
  /** The event on the bus; null for nothing. */
  readonly event?: Json;
  readonly events?: number;
  readonly storedAfterMs?: number;
  /** Error of reading the table. */
  readonly stored?: Error;
  readonly refused?: boolean;
}

/** A harness in which the shop behaves as given. */
function shopHarness(shop: Shop = {}): RunHarness {
  const {
    event: carried = { detail: { orderId: 'ord_1' } },
    events = 1,
    storedAfterMs = 180,
    refused = false,
  } = shop;
  const harness = new RunHarness();
  const startMs = harness.clock.nowMs();
  harness.act = async (_, { stepId }) => {
    await harness.clock.sleep(stepId === '1' ? 25 : 4);
    return { data: stepId === '1' ? { status: 201, body: { orderId: 'ord_1' } } : { status: 204 } };
  };
  harness.poll = (afterMs, _, { is }) => {
    const sight = (id: string, data: Json): Partial<Evidence> => ({ id, data });
    if (is === 'event' && afterMs >= 110 && carried !== null)
      return Array.from({ length: events }, (__, n) => ({
        ...sight(`e${n}`, carried),
        final: true,
        takenAtMs: startMs + 110,
      }));
    if (is === 'item' && shop.stored !== undefined) return shop.stored;
    if (is === 'item' && afterMs >= storedAfterMs) return [sight('i', { status: 'PLACED' })];
    if (is === 'message' && refused && afterMs >= 400) return [sight('m', { body: { orderId: 'ord_1' } })];
    return [];
  };
  return harness;
}

/** The nouns of the harness under the names and with the hops of real ones. */
function shopNouns({ engine }: RunHarness): Readonly<Record<string, Noun>> {
  const thing = engine.nouns['thing'] as Noun;
  const called = (is: string, hop: string, quotes: readonly string[]): Noun => ({
    ...thing,
    quotes,
    name: is,
    hop: () => hop,
    open: async (input, context) => thing.open({ ...input, is }, context),
  });
  return {
    event: called('event', 'bus orders · OrderPlaced from shop.orders', ['detail']),
    item: called('item', 'table shop-orders', ['*']),
    message: called('message', 'queue shop-orders-dlq', ['body']),
  };
}

async function runAndReport(
  harness: RunHarness,
  canary: Canary,
  engine: Partial<Engine> = {},
  request: Partial<RunRequest> = {},
): Promise<RunResult> {
  const posts = { hop: () => 'POST https://api.example.com/orders', quotes: ['body'] };
  const send = { ...(harness.engine.verbs['send'] as Verb), ...posts };
  return harness.run(canary, {
    environment: { name: 'staging', region: 'eu-west-1', vars: {} },
    ...request,
    engine: { verbs: { send }, nouns: shopNouns(harness), ...engine },
  });
}

/** The shop's canary with something of one step replaced. */
function withStep(index: number, more: Readonly<Record<string, unknown>>): Canary {
  const steps = SHOP.steps.map((step, n) => (n === index ? { ...step, ...more } : step));
  return { ...SHOP, steps };
}

function at(line: number): SourcePosition {
  return { file: 'canaries/shop.canary.yaml', line, column: 5 };
}
