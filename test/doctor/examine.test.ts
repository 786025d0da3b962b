import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { newRunId } from '../../runner/core/base/run-id.ts';
import type { References } from '../../runner/core/expression/reference.ts';
import type { Canary } from '../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { type Examination, examine } from '../../runner/doctor/examine.ts';
import { type RecordedAws, startRecordedAws } from '../support/aws/recorded-aws.ts';
import { actStep, canaryOf, neverStep } from '../support/run/builders.ts';

let aws: RecordedAws;
let clients: AwsClients;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startRecordedAws();
  clients = awsClients({ region: aws.aws.region, endpoint: aws.proxy.url });
});
afterAll(async () => {
  clients.close();
  await aws.close();
});
beforeEach(() => {
  aws.proxy.asked.length = 0;
  aws.proxy.answers.clear();
});

async function examined(
  canaries: readonly Canary[],
  longestMs: number,
  references: References = {
    read: async () => Promise.reject(new Error('no references in this test')),
  },
): Promise<Examination> {
  return examine({
    canaries,
    project: NO_PROJECT,
    environment: { name: 'here', vars: {} },
    clients,
    references,
    runId: newRunId(Date.now(), systemRandom()),
    nowMs: Date.now(),
    longestMs,
  });
}

function naming(name: string, table: string): Canary {
  return canaryOf({ name }, actStep('put', { kind: 'putItem', input: { table, item: { orderId: 'a' } } }));
}

describe('an examination', () => {
  it('asks AWS nothing for canaries that do not use it', async () => {
    const visiting = canaryOf(
      { name: 'site' },
      actStep('visit', { kind: 'http', input: { request: 'GET https://example.com/' } }),
    );

    expect(await examined([visiting], 10_000)).toEqual({
      found: [{ canary: 'site', level: 'fine', what: 'without AWS' }],
    });
    expect(aws.proxy.asked).toEqual([]);
  });

  it('asks for no table of leases where a queue is watched, and no tap', async () => {
    const watching = canaryOf(
      { name: 'jobs' },
      neverStep('none', { kind: 'message', input: { queue: 'jobs-dlq' } }),
    );

    const { found } = await examined([watching], 10_000);

    expect(found.filter(({ what }) => what.includes('leases'))).toEqual([]);
  });

  it('asks for the table of leases where a canary has a setup, without AWS in its steps too', async () => {
    const visit = (id: string, more = {}) =>
      actStep(id, { kind: 'http', input: { request: 'GET https://example.com/' }, ...more });
    const canary = canaryOf({ name: 'site' }, visit('reset', { phase: 'setup' }), visit('visit'));

    const { found } = await examined([canary], 10_000);

    const leases = found.filter(({ what }) => what.includes('leases'));
    expect(leases).toMatchObject([{ level: 'problem', canary: 'site' }]);
    expect(leases[0]?.todo).toContain('npx coalmine tap');
  });

  it('asks of a thing once, however many name it', async () => {
    const canaries = Array.from({ length: 20 }, (_, n) => naming(`canary-${n}`, 'orders'));

    const { found } = await examined(canaries, 10_000);

    expect(aws.proxy.asked.filter(({ action }) => action === 'dynamodb:DescribeTable')).toHaveLength(1);
    expect(found.filter(({ level, what }) => level === 'fine' && what === 'table orders')).toHaveLength(20);
  });

  it('gives up on a question without an answer, reports it once, and has the answers of the others', async () => {
    aws.proxy.answers.set('dynamodb:DescribeTable', 'nothing');
    const invoking = canaryOf(
      { name: 'c' },
      actStep('call', { kind: 'invoke', input: { function: 'echo' } }),
      actStep('call', { kind: 'invoke', input: { function: 'gone' } }),
    );

    const { found } = await examined([naming('a', 'orders'), naming('b', 'pairs'), invoking], 400);

    expect(found.filter(({ level }) => level === 'problem')).toMatchObject([
      { canary: 'c', what: 'function gone is not there' },
      {
        what: 'AWS did not answer in time. Check the network, and from within a VPC its endpoints.',
        why: 'Not asked therefore: table orders, table pairs.',
      },
    ]);
    expect(found).toContainEqual(
      expect.objectContaining({ canary: 'c', level: 'fine', what: 'function echo' }),
    );
  });

  it('asks nothing else if the caller cannot be identified', async () => {
    aws.proxy.answers.set('sts:GetCallerIdentity', 'nothing');

    const { found, caller } = await examined([naming('a', 'orders')], 200);

    expect(caller).toBe(undefined);
    expect(found).toMatchObject([
      { level: 'problem', why: expect.stringContaining('did not answer in time') },
    ]);
    expect(aws.proxy.asked.map(({ action }) => action)).toEqual(['sts:GetCallerIdentity']);
  });

  it('does not say that AWS is silent where the runner stood still', async () => {
    aws.proxy.answers.set('sts:GetCallerIdentity', 'nothing');
    const examining = examined([naming('a', 'orders')], 300);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_600), 100);

    expect((await examining).found).toMatchObject([
      { level: 'problem', why: expect.stringContaining('The runner stood still') },
    ]);
  });

  it('reports a missing permission to read changes as a doubt: it is optional', async () => {
    const arn = 'arn:aws:sts::000000000000:assumed-role/tester/anna';
    const type = 'text/xml';
    const identity = `<R><GetCallerIdentityResult><Account>000000000000</Account><Arn>${arn}</Arn></GetCallerIdentityResult></R>`;
    const decisions = [
      ['lambda:InvokeFunction', 'allowed'],
      ['lambda:GetFunctionConfiguration', 'implicitDeny'],
    ].map(
      ([action, decision]) =>
        `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision></member>`,
    );
    const simulated = `<R><SimulatePrincipalPolicyResult><EvaluationResults>${decisions.join('')}</EvaluationResults></SimulatePrincipalPolicyResult></R>`;
    aws.proxy.answers.set('sts:GetCallerIdentity', { type, body: identity });
    aws.proxy.answers.set('iam:SimulatePrincipalPolicy', { type, body: simulated });
    const invoking = canaryOf(
      { name: 'c' },
      actStep('call', { kind: 'invoke', input: { function: '${name}' } }),
    );

    const { found } = await examined([{ ...invoking, vars: { name: 'echo' } }], 10_000);

    expect(found.filter(({ level }) => level !== 'fine')).toMatchObject([
      {
        canary: 'c',
        level: 'doubt',
        what: 'lambda:GetFunctionConfiguration is not allowed on arn:aws:lambda:us-east-1:000000000000:function:echo',
      },
    ]);
  });

  it.each(['iam:GetRole', 'iam:SimulatePrincipalPolicy'])(
    'says that permissions were not checked where IAM does not answer %s',
    async (silent) => {
      const arn = 'arn:aws:sts::000000000000:assumed-role/tester/anna';
      const body = `<R><GetCallerIdentityResult><Account>000000000000</Account><Arn>${arn}</Arn></GetCallerIdentityResult></R>`;
      aws.proxy.answers.set('sts:GetCallerIdentity', { type: 'text/xml', body });
      aws.proxy.answers.set(silent, 'nothing');

      const { found } = await examined([naming('a', 'orders')], 400);

      expect(found.filter(({ level }) => level !== 'fine')).toMatchObject([
        {
          level: 'unchecked',
          what: expect.stringMatching(/^whether you may do all that canaries need: .*(TimeoutError|refused)/),
        },
      ]);
    },
  );

  it.each([
    { stage: 'blue', stacks: ['shop-here-blue/*'] },
    { stage: 'a b', stacks: ['shop-*-*/*'] },
  ])('asks of permissions on the stack that the environment names, in stage $stage', async (row) => {
    const arn = 'arn:aws:sts::000000000000:assumed-role/tester/anna';
    const body = `<R><GetCallerIdentityResult><Account>000000000000</Account><Arn>${arn}</Arn></GetCallerIdentityResult></R>`;
    aws.proxy.answers.set('sts:GetCallerIdentity', { type: 'text/xml', body });
    const url = '${cf:shop-${env.name}-${env:STAGE}.Url}';
    const visiting = canaryOf(
      { name: 'site' },
      actStep('visit', { kind: 'http', input: { request: `GET ${url}` } }),
    );

    await examined([visiting], 10_000, {
      read: async ({ scheme }) => ({ value: scheme === 'env' ? row.stage : 'https://x', secret: false }),
    });

    const asked = aws.proxy.asked
      .filter(({ action }) => action === 'iam:SimulatePrincipalPolicy')
      .map(({ body: text }) => new URLSearchParams(text));
    expect(asked.map((one) => one.get('ResourceArns.member.1'))).toEqual(
      row.stacks.map((stack) => `arn:aws:cloudformation:us-east-1:000000000000:stack/${stack}`),
    );
    expect(asked.flatMap((one) => [1, 2].map((n) => one.get(`ActionNames.member.${n}`)))).toEqual([
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStacks',
    ]);
  });

  it('takes what is a fault of its own for none of AWS', async () => {
    const odd = canaryOf(
      { name: 'a' },
      actStep('put', { kind: 'putItem', input: { table: '${env:X}', item: {} } }),
    );

    await expect(examined([odd], 1_000)).rejects.toThrow('no references in this test');
  });
});
