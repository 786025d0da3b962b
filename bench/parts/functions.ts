import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { MOST_BYTES } from '../../runner/deploy/build/bundle-function.ts';
import { findFleet } from '../../runner/deploy/build/find-fleet.ts';
import { clientsAlone, fleetOfEveryKind, functionFor, httpFleet, ROOT } from '../measure/function-bundles.ts';
import { inTurn, ratios } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { type LocalAws, measureNode, resultOf, withHttpServer, withLocalAws } from '../measure/processes.ts';

const size = { unit: 'kB', atMost: MOST_BYTES / 1_000 } as const;
const perNode = 'CPU ÷ node -e 0';

/** Size and start of the stack's functions, against Node alone and the AWS clients alone; and a tick of many due canaries. */
export const functions = partOf({
  name: 'functions',
  about: 'size and start of the functions of the stack, and a tick of 1,000 due canaries',
  figures: {
    tick: { name: 'tick function: size', ...size },
    worker: { name: 'worker function: size', ...size },
    reader: { name: 'tap reader function: size', ...size },
    every: { name: 'worker of a fleet that uses every verb and noun: size', unit: 'kB' },
    loaded: { name: `worker loaded: ${perNode}`, unit: '×', atMost: 2.5 },
    everyLoaded: {
      name: `worker of a fleet that uses every verb and noun, loaded: ${perNode}`,
      unit: '×',
      atMost: 2.5,
      missed: { cause: 'it parses 2.5 MB; a worker holds only the kinds that its canaries use', best: 6.6 },
    },
    clients: { name: 'worker loaded: CPU ÷ four AWS clients alone', unit: '×', atMost: 1.2 },
    first: {
      name: `first HTTP canary done, claimed and stored: ${perNode}`,
      unit: '×',
      atMost: 4.5,
      missed: {
        cause:
          'undici with a first request takes 4.2× by itself. The first calls of an AWS client claim and store the slot. A container has that once',
        best: 8,
      },
    },
    dated: {
      name: '1,000 events at once at the tap reader function: from the put to their date, median',
      unit: 'ms',
      atMost: 20,
      missed: {
        cause:
          'two invocations at a time read them one batch after the other. A date is the latest moment that 100 ms between machines of SQS allow',
        best: 120,
      },
    },
    received: {
      name: '1,000 events at once at the tap reader function: from the put to their receipt, median',
      unit: 'ms',
    },
    due: { name: 'a tick for 1,000 due canaries, planned and enqueued', unit: 's', atMost: 10 },
  },
  sizes: {
    full: { rounds: 7, many: 1_000 },
    quick: { rounds: 3, many: 1_000 },
    tiny: { rounds: 1, many: 3 },
  },
  measure: async ({ rounds, many }) =>
    withHttpServer(async (url) =>
      withLocalAws(async (aws) => {
        const starts = await sizesAndStarts(url, aws, rounds);
        const at = [aws.url, aws.region, many];
        const read = await resultOf<readonly TapRound[]>('stack-tap.ts', [...at, rounds]);
        const { due } = await inTurn(rounds, {
          due: async () => resultOf<{ readonly seconds: number }>('due-tick.ts', at),
        });
        return {
          ...starts,
          dated: read.map(({ datedMs }) => datedMs),
          received: read.map(({ receivedMs }) => receivedMs),
          due: due.map(({ seconds }) => seconds),
        };
      }),
    ),
});

interface TapRound {
  readonly datedMs: number;
  readonly receivedMs: number;
}

async function sizesAndStarts(url: string, aws: LocalAws, rounds: number) {
  const found = findFleet({ root: ROOT, folders: [] });
  if ('faults' in found) throw new Error(found.faults.join('\n'));
  const own = async (name: 'tick' | 'worker' | 'tap-reader') => functionFor(name, 'own', found.fleet);
  const [tick, worker, reader] = [await own('tick'), await own('worker'), await own('tap-reader')];
  const every = await functionFor('worker', 'every', fleetOfEveryKind());
  const http = await functionFor('worker', 'http', httpFleet(url));
  const clients = await clientsAlone();
  const env = await stateIn(aws);
  const cpuMs = async (script: string) => (await measureNode(['-e', script], { env })).cpuMs;
  const loading = (path: string) => async () => cpuMs(`require(${JSON.stringify(path)})`);
  const used = await inTurn(rounds, {
    nothing: async () => cpuMs('0'),
    worker: loading(worker.path),
    every: loading(every.path),
    clients: loading(clients),
    first: async (round) => cpuMs(firstRun(http.path, round)),
  });
  return {
    tick: [tick.kilobytes],
    worker: [worker.kilobytes],
    reader: [reader.kilobytes],
    every: [every.kilobytes],
    loaded: ratios(used.worker, used.nothing),
    everyLoaded: ratios(used.every, used.nothing),
    clients: ratios(used.worker, used.clients),
    first: ratios(used.first, used.nothing),
  };
}

/** Makes the table and the run queue of a stack, and returns the variables of its functions. */
async function stateIn({ url, region }: LocalAws): Promise<Readonly<Record<string, string>>> {
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, credentials);
  const clients = awsClients({ endpoint: url, region });
  await createTable(clients, 'state', STATE_TABLE);
  const queue = new CreateQueueCommand({ QueueName: 'runs' });
  const { QueueUrl = '' } = await clients.clientOf(SQSClient, 'observe').send(queue);
  clients.close();
  return {
    ...credentials,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    COALMINE_STATE_TABLE: 'state',
    COALMINE_STACK: 'bench',
    COALMINE_RUN_QUEUE_URL: QueueUrl,
  };
}

/** The first invocation of a container, from its start to its answer. */
function firstRun(path: string, round: number): string {
  const slotAtMs = 1_700_000_000_000 + round * 60_000;
  const body = JSON.stringify({ canary: 'bench', slotAtMs, notBeforeMs: slotAtMs });
  const event = { Records: [{ messageId: 'm', receiptHandle: 'r', body }] };
  return `
    const { handler } = require(${JSON.stringify(path)});
    handler(${JSON.stringify(event)}, { awsRequestId: 'bench-${round}', getRemainingTimeInMillis: () => 60000 })
      .then(({ batchItemFailures }) => process.exit(batchItemFailures.length));`;
}
