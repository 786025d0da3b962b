import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeReader } from '../../runner/adapters/changes/change-reader.ts';
import * as sources from '../../runner/adapters/changes/table.ts';
import type { Changeable } from '../../runner/core/compare/changeable.ts';
import type { ReadChanges } from '../../runner/core/model/change.ts';
import { invoke } from '../../runner/kinds/verbs/compute/invoke.ts';
import { actContext } from '../support/run/kind-contexts.ts';
import { type Aws, BOTH } from './judge/two-aws.ts';
import { zipOf } from './setup/zip.ts';

const STACK = 'shop';

const codeOf = (answer: number) => ({
  ZipFile: zipOf({ 'index.js': `exports.handler = async () => ${answer};` }),
});

/** Changes are read in MiniStack only: the local AWS deploys nothing. Pages and times that it has not are in test/adapters/changes. */
describe('changes that MiniStack makes', () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await (BOTH.find(({ name }) => name === 'MiniStack') as (typeof BOTH)[number]).start();
  });
  afterAll(async () => aws.close());

  async function changesOf(of: Changeable, fromMs: number): Promise<ReadChanges> {
    const read = changeReader(sources, aws.clients);
    const toMs = Date.now() + 1_000;
    return read(of, { fromMs, toMs, signal: new AbortController().signal });
  }

  /** Waits until the stack is at rest, and gives the first moment of the next second: events may be dated by whole seconds. */
  async function atRest(): Promise<number> {
    const client = aws.clientOf(CloudFormationClient);
    for (;;) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
      if (!/IN_PROGRESS/.test(Stacks[0]?.StackStatus ?? '')) break;
      await pause(20);
    }
    return nextSecond();
  }

  async function nextSecond(): Promise<number> {
    const now = Date.now();
    const next = Math.ceil((now + 1) / 1_000) * 1_000;
    await pause(next - now);
    return next;
  }

  const templateOf = (Resources: object): string => JSON.stringify({ Resources });
  const queue = (VisibilityTimeout: number) => ({
    Type: 'AWS::SQS::Queue',
    Properties: { VisibilityTimeout },
  });
  const names = ({ changes }: ReadChanges): readonly string[] =>
    changes.map(({ resource, what }) => `${resource} ${what}`).toSorted();

  it('of a stack are its updates since the moment, and those of its resources', async () => {
    const client = aws.clientOf(CloudFormationClient);
    const first = templateOf({ Orders: queue(30) });
    await client.send(new CreateStackCommand({ StackName: STACK, TemplateBody: first }));
    const fromMs = await atRest();
    expect(await changesOf({ type: 'stack', address: STACK }, fromMs)).toEqual({ changes: [] });

    const second = templateOf({ Orders: queue(60) });
    await client.send(new UpdateStackCommand({ StackName: STACK, TemplateBody: second }));
    await atRest();

    const found = await changesOf({ type: 'stack', address: STACK }, fromMs);
    expect(names(found)).toEqual([
      'Orders (AWS::SQS::Queue) of stack shop reached UPDATE_COMPLETE',
      'stack shop reached UPDATE_COMPLETE',
    ]);
    const all = await changesOf({ type: 'stack', address: STACK }, 0);
    expect(all.changes.length).toBeGreaterThan(found.changes.length);
  });

  it('of a stack that is not there cannot be read', async () => {
    await expect(changesOf({ type: 'stack', address: 'none' }, 0)).rejects.toThrow(/does not exist/);
  });

  it('of a function is its last one', async () => {
    const client = aws.clientOf(LambdaClient);
    const made = {
      FunctionName: 'store',
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      Code: codeOf(1),
    } as const;
    await client.send(new CreateFunctionCommand(made));
    const fromMs = await nextSecond();
    const store = { type: 'function', address: 'store' } as const;
    expect(await changesOf(store, fromMs)).toEqual({ changes: [] });

    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'store', Timeout: 9 }));

    expect(names(await changesOf(store, fromMs))).toEqual([
      'function store was updated: its code or its configuration',
    ]);
  });

  it('of an alias are those of the version that a call of it names', async () => {
    const client = aws.clientOf(LambdaClient);
    const store = { FunctionName: 'store' };
    const call = async () =>
      invoke.act({ function: 'store:live' }, actContext({ clientOf: (of) => aws.clientOf(of) }));
    const publish = async () => (await client.send(new PublishVersionCommand(store))).Version;
    const first = await publish();
    await client.send(new CreateAliasCommand({ ...store, Name: 'live', FunctionVersion: first }));
    const before = await call();
    await client.send(new UpdateFunctionCodeCommand({ ...store, ...codeOf(2) }));
    const second = await publish();
    await client.send(new UpdateAliasCommand({ ...store, Name: 'live', FunctionVersion: second }));

    expect(before.data).toMatchObject({ version: first });
    expect((await call()).data).toMatchObject({ version: second });
    expect(second).not.toBe(first);
  });

  it('of a function that is not there cannot be read', async () => {
    await expect(changesOf({ type: 'function', address: 'none' }, 0)).rejects.toThrow(/not found/i);
  });
});
