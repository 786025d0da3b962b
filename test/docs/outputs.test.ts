import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { coalmine } from '../support/command.ts';
import { fencesOf, isCommands, pagePaths, readPage } from '../support/pages.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Pages whose outputs are parts of a reviewed file, with `…` for the lines that are left out. */
const GOLDEN: Readonly<Record<string, readonly string[]>> = {
  'docs/guide/notifications.md': ['target-opened', 'target-opened-after-changes'].map(notice),
  'docs/guide/alerts.md': ['group-opened'].map(notice),
};

function notice(sample: string): string {
  return `test/reporters/golden/notifications/${sample}/sns.txt`;
}

/** Pages whose outputs and pictures another test compares, by that test. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^README\.md$/, 'test/shop/breaks.test.ts'],
  [/^docs\/guide\/making-your-application-traceable\.md$/, 'test/shop/breaks.test.ts'],
  [/^docs\/recipes\//, 'test/recipes/recipes.test.ts'],
  [/^docs\/reference\/commands\.md$/, 'test/reference/commands.test.ts'],
  [/^docs\/guide\/install\.md$/, 'test/reference/install.test.ts'],
  [/^docs\/guide\/test-suites\.md$/, 'test/library/test-suites.test.ts'],
  [/^docs\/internals\/architecture\.md$/, 'test/architecture.test.ts'],
];

const DOCTOR = 'docs/guide/doctor.md';

/** Blocks that no program prints: a grammar for readers, and a query for a console. */
const UNPRINTED = ['docs/reference/language.md', 'docs/reference/metrics.md'];

/** The outputs of a page. */
function outputsOf(path: string): readonly string[] {
  return fencesOf(readPage(path))
    .filter((fence) => /^(text.*)?$/.test(fence.info) && !isCommands(fence))
    .map(({ text }) => text);
}

/** The lines that are not in a text, or stand there in another order. */
function strayLines(shown: string, printed: string): readonly string[] {
  const stray: string[] = [];
  let rest = printed.split('\n');
  for (const line of shown.split('\n').filter((text) => text !== '' && text !== '…')) {
    const index = rest.indexOf(line);
    if (index === -1) stray.push(line);
    rest = rest.slice(index + 1);
  }
  return stray;
}

let aws: LocalAws;
let doctor = '';

beforeAll(async () => {
  aws = await startLocalAws();
  const { variables } = await deployShop(aws, undefined);
  await giveDeadLetterQueue(aws);
  const env = { ...process.env, ...variables };
  const files = ['order-can-be-read-back', 'order-reaches-warehouse'];
  const paths = files.map((name) => `canaries/shop/${name}.canary.yaml`);
  doctor = (await coalmine(['doctor', ...paths, '--env', 'local'], { env })).stdout;
});
afterAll(async () => aws.close());

async function giveDeadLetterQueue({ url, region, account }: LocalAws): Promise<void> {
  const clients = awsClients({ region, endpoint: url });
  const sqs = clients.clientOf(SQSClient, 'act');
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'shop-orders' }));
  const deadLetterTargetArn = `arn:aws:sqs:${region}:${account}:shop-orders-dlq`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
  clients.close();
}

describe('the outputs of a page', () => {
  it.each(pagePaths().filter((path) => outputsOf(path).length > 0))(
    'are compared by a test in %s',
    (path) => {
      const [, test = GOLDEN[path]?.[0]] = ELSEWHERE.find(([pages]) => pages.test(path)) ?? [];
      const isHere = path === DOCTOR || UNPRINTED.includes(path);

      expect(isHere || existsSync(join(ROOT, test ?? 'no test'))).toBe(true);
    },
  );

  it.each(Object.entries(GOLDEN))('are what %s prints, as one of %j has it', (path, golden) => {
    const printed = golden.map((file) => readFileSync(join(ROOT, file), 'utf8'));

    expect(outputsOf(path)).not.toEqual([]);
    for (const shown of outputsOf(path)) {
      const stray = printed.map((one) => strayLines(shown, one)).toSorted((a, b) => a.length - b.length);
      expect(stray[0]).toEqual([]);
    }
  });

  it('are what doctor prints of the shop', () => {
    expect(outputsOf(DOCTOR)).toEqual([doctor]);
  });

  it('are stray if a line is changed, or stands in another order', () => {
    expect(strayLines('a\n…\nc\n', 'a\nb\nc\n')).toEqual([]);
    expect(strayLines('c\na\nx\n', 'a\nb\nc\n')).toEqual(['a', 'x']);
  });
});
