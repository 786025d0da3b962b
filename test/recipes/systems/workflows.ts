import type { JsonMap } from '../../../runner/core/base/json.ts';
import { logFields } from '../../../runner/trace/index.ts';
import type { System } from '../cloud.ts';

/** The systems of `docs/recipes/workflows.md`, by the canary that watches each. */
export const WORKFLOWS: Readonly<Record<string, System>> = {
  /** The last state of the workflow fails. */
  'order-workflow-succeeds': async (cloud) => {
    const reserve = cloud.lambda('reserve-stock', async (input: JsonMap) => ({ ...input, reserved: true }));
    const ship = cloud.lambda('ship-order', async (input: JsonMap) => {
      if (cloud.isBroken()) throw new Error('no carrier takes this parcel');
      return { ...input, status: 'SHIPPED' };
    });
    const StateMachineArn = await cloud.stateMachine('order-workflow', {
      StartAt: 'Reserve',
      States: {
        Reserve: { Type: 'Task', Resource: reserve, Next: 'Ship' },
        Ship: { Type: 'Task', Resource: ship, End: true },
      },
    });
    cloud.stack('order-workflow', { StateMachineArn });
  },

  /** The compensation does not give the stock back. */
  'refused-card-releases-stock': async (cloud) => {
    await cloud.table('reservations', 'orderId');
    const reserve = cloud.lambda('saga-reserve', async (input: JsonMap) => {
      await cloud.put('reservations', { orderId: input['orderId'] ?? '', status: 'RESERVED' });
      return input;
    });
    const charge = cloud.lambda('saga-charge', async () => {
      throw new Error('card refused');
    });
    const release = cloud.lambda('saga-release', async (input: JsonMap) => {
      const status = cloud.isBroken() ? 'RESERVED' : 'RELEASED';
      await cloud.put('reservations', { orderId: input['orderId'] ?? '', status });
      return { orderId: input['orderId'] ?? '', outcome: 'CANCELLED' };
    });
    const StateMachineArn = await cloud.stateMachine('checkout-saga', {
      StartAt: 'Reserve',
      States: {
        Reserve: { Type: 'Task', Resource: reserve, Next: 'Charge' },
        Charge: {
          Type: 'Task',
          Resource: charge,
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.fault', Next: 'Release' }],
          End: true,
        },
        Release: { Type: 'Task', Resource: release, End: true },
      },
    });
    cloud.stack('checkout-saga', { StateMachineArn });
  },

  /** The workflow pays without an answer to its question. */
  'approved-refund-is-paid': async (cloud) => {
    await cloud.table('approvals', 'refundId');
    const ask = cloud.lambda('ask-for-approval', async ({ refundId, token }: Record<string, string>) => {
      await cloud.put('approvals', { refundId: refundId ?? '', token: token ?? '' });
    });
    const pay = cloud.lambda('pay-refund', async ({ approved }: { readonly approved: boolean }) => ({
      outcome: approved && !cloud.isBroken() ? 'PAID' : 'REFUSED',
    }));
    const machine = await cloud.stateMachine('refund', {
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Parameters: {
            FunctionName: ask,
            Payload: { 'token.$': '$$.Task.Token', 'refundId.$': '$.refundId' },
          },
          Next: 'Pay',
        },
        Pay: { Type: 'Task', Resource: pay, End: true },
      },
    });
    const Url = await cloud.api('refunds', {
      'POST /refunds': async ({ json }) => {
        const refundId = `rf_${cloud.unique()}`;
        await cloud.start(machine, { ...json, refundId });
        return { statusCode: 202, body: { refundId } };
      },
    });
    cloud.stack('refunds', { Url, StateMachineArn: machine });
  },

  /** The job has not run since the day before yesterday. */
  'nightly-report-is-there': async (cloud) => {
    await cloud.table('job-runs', 'job');
    const DAY_MS = 86_400_000;
    await cloud.schedule(async () => {
      const finishedAt = new Date(Date.now() - (cloud.isBroken() ? 2 * DAY_MS : 3_600_000)).toISOString();
      await cloud.put('job-runs', { job: 'nightly-report', finishedAt, rows: 1_204 });
    });
  },

  /** The function leaves an empty thumbnail. */
  'upload-becomes-thumbnail': async (cloud) => {
    await cloud.bucket('uploads');
    await cloud.bucket('thumbnails');
    cloud.onObject('uploads', async (key, body) => {
      const picture = cloud.isBroken() ? '' : body.slice(0, 40);
      await cloud.putObject('thumbnails', key.replace(/\.svg$/, '-small.svg'), picture, 'image/svg+xml');
    });
  },

  /** A release of the function fails for this input. */
  'price-is-calculated': async (cloud) => {
    cloud.lambda('price-calculator', async ({ qty }: { readonly qty: number }) => {
      if (cloud.isBroken()) throw new TypeError("Cannot read properties of undefined (reading 'rate')");
      return { currency: 'EUR', cents: 1_299 * qty };
    });
  },

  /** The export runs twice for one request. */
  'export-is-logged-once': async (cloud) => {
    await cloud.bus('exports');
    const group = '/aws/lambda/export-worker';
    cloud.log(group, { level: 'INFO', message: 'ready' });
    const work = cloud.lambda('export-worker', async () => {
      const { correlationId = '' } = logFields() as JsonMap;
      for (const attempt of cloud.isBroken() ? [1, 2] : [1]) {
        cloud.log(group, { level: 'INFO', message: 'export finished', attempt, correlationId });
      }
    });
    await cloud.rule('exports', 'ExportRequested', work);
  },
};
