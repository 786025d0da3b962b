import { setTimeout as pause } from 'node:timers/promises';
import { SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { HistoryEntry } from '../../runner/core/store/slots.ts';
import type { JournalEntry } from '../../runner/core/taps/ports.ts';
import { eventCanary, fleetFrom } from '../support/aws/local-stack.ts';
import { type DeployedStack, deployStack } from './setup/deployed-stack.ts';
import { LEFT_OUT } from './setup/template.ts';

const PROJECT = `project: tested
environments:
  aws: {}
taps:
  - bus: default
channels:
  topic:
    sns: \${env:COALMINE_ALERT_TOPIC_ARN}
operators: [topic]
`;

const FLEET = fleetFrom({
  'coalmine.config.yaml': PROJECT,
  'passes.canary.yaml': eventCanary('passes', 'Sent'),
  'fails.canary.yaml': eventCanary('fails', 'NeverSent', { within: '1s', timeout: '60s' }),
  'waits.canary.yaml': eventCanary('waits', 'NeverSent', { within: '35s', timeout: '60s' }),
});

/** Polls until there is a result: at once, or with the next minute's slot if the first was missed. */
async function soon<T>(ask: () => Promise<T | undefined>, seconds = 90): Promise<T> {
  for (const untilMs = Date.now() + seconds * 1_000; ; await pause(250)) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > untilMs) throw new Error(`nothing came within ${seconds} s`);
  }
}

describe('the stack of template.yaml, on MiniStack', () => {
  let stack: DeployedStack;
  beforeAll(async () => {
    stack = await deployStack(FLEET);
    // As if they had been planned until a minute ago: the first tick finds a slot due. It may be the emulator's own.
    for (const name of ['passes', 'fails'])
      await stack.store.runs.advance({ canary: name, toMs: Date.now() - 60_000 });
  });
  afterAll(async () => stack.close());

  const historyOf = async (name: string): Promise<readonly HistoryEntry[]> =>
    stack.store.runs.history({ canary: name, most: 100 });
  const doneOf = async (name: string): Promise<HistoryEntry | undefined> =>
    (await historyOf(name)).find(({ what }) => what === 'done');

  /** Sends a slot to the workers, as the tick does. */
  const queue = async (name: string, slotAtMs: number): Promise<void> => {
    const MessageBody = JSON.stringify({ canary: name, slotAtMs, notBeforeMs: slotAtMs });
    const QueueUrl = stack.physicalId('RunQueue');
    await stack.clientOf(SQSClient).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  };

  it('is all there, but for what is known to be left out', () => {
    const wanted = Object.entries(stack.template.Resources).filter(([, { Condition }]) => {
      const condition = typeof Condition === 'string' ? stack.template.Conditions[Condition] : undefined;
      return condition === undefined || JSON.stringify(condition) === '{"Fn::Equals":["yes","yes"]}';
    });
    const there = new Set(stack.resources.map(({ LogicalResourceId }) => LogicalResourceId));

    expect(wanted.length).toBeGreaterThan(30);
    expect(wanted.map(([name]) => name).filter((name) => !there.has(name))).toEqual([]);
    expect(stack.resources.every(({ ResourceStatus }) => ResourceStatus === 'CREATE_COMPLETE')).toBe(true);
    expect(Object.keys(LEFT_OUT).filter((name) => there.has(name))).toEqual([]);
  });

  it('makes of a tick a run, of its event a journal entry, and of that a pass', async () => {
    await stack.tick();

    const { run } = await soon(() => doneOf('passes'));
    expect(run).toMatchObject({ verdict: 'passed' });
    const entries: readonly JournalEntry[] = await stack.journal.read({
      feed: 'bus default',
      key: run?.runId as string,
      sinceMs: Date.now() - 300_000,
    });
    expect(entries).toMatchObject([{ data: { source: 'test', 'detail-type': 'Sent' } }]);
    expect(await stack.linesOf('tick')).toContainEqual(expect.objectContaining({ Heartbeat: 1 }));
    expect(await stack.linesOf('tap-reader')).toContainEqual(
      expect.objectContaining({ TapReaderLag: expect.any(Number) }),
    );
  });

  it('makes of a failure a message to people, and metrics', async () => {
    // The notice waits half a minute for others with its cause; a tick sends it then.
    const subject = await soon(async () => {
      await stack.tick();
      return (await stack.alertSubjects(5)).find((one) => one.includes('fails'));
    }, 150);
    const lines = await soon(async () => {
      const found = (await stack.linesOf('worker')).filter(({ CanaryName }) => CanaryName === 'fails');
      return found.length === 0 ? undefined : found;
    });
    expect(subject).toContain('fails');
    expect(lines[0]).toMatchObject({
      Failed: 1,
      SuccessPercent: 0,
      _aws: { CloudWatchMetrics: [{ Namespace: 'Coalmine', Dimensions: [['CanaryName']] }] },
    });
    expect((await doneOf('fails'))?.run).toMatchObject({ verdict: 'failed' });
  });

  it('is not changed by a tick that comes twice, nor by a slot that is sent twice', async () => {
    const slotAtMs = (await doneOf('passes'))?.atMs as number;

    await Promise.all([stack.tick(), stack.tick()]);
    for (const _ of [1, 2]) await queue('passes', slotAtMs);
    await soon(async () => ((await stack.queued()) === 0 ? true : undefined));

    const entries = (await historyOf('passes')).filter(({ atMs }) => atMs === slotAtMs);
    const results = (await stack.linesOf('worker')).map(
      ({ result }) => result as Partial<RunResult> | undefined,
    );
    expect(entries.map(({ what }) => what)).toEqual(['done']);
    expect(
      results.filter((result) => result?.canary === 'passes' && result.slotAtMs === slotAtMs),
    ).toHaveLength(1);
  });

  it('loses nothing when a worker is killed: its run is reported as lost, and the next one runs', async () => {
    const slotAtMs = Date.now() - 3_600_000;
    const Attributes = { VisibilityTimeout: '1' }; // the message comes again soon; on AWS, when the longest batch is over
    await stack
      .clientOf(SQSClient)
      .send(new SetQueueAttributesCommand({ QueueUrl: stack.physicalId('RunQueue'), Attributes }));
    await queue('waits', slotAtMs);
    const { runs } = stack.store;
    await soon(async () => (await runs.running('waits')).find((one) => one.slotAtMs === slotAtMs));

    expect(stack.kill('worker')).toBeGreaterThan(0);
    // As if the time had gone by that the run may take.
    const nowMs = Date.now();
    const swept = await runs.expireLeases({ expiredBeforeMs: nowMs + 600_000, nowMs });
    await stack.tick();
    await queue('passes', slotAtMs);

    const finished = (await stack.linesOf('worker')).map(
      ({ result }) => result as Partial<RunResult> | undefined,
    );
    expect(finished.filter((result) => result?.slotAtMs === slotAtMs && result.canary === 'waits')).toEqual(
      [],
    );
    expect(swept.map((one) => [one.canary, one.slotAtMs])).toContainEqual(['waits', slotAtMs]);
    const alertSubjects = (await historyOf('waits')).find(({ atMs }) => atMs === slotAtMs);
    expect(alertSubjects).toMatchObject({ what: 'lost' });
    expect(await runs.unapplied()).toEqual([]);
    let nextAtMs = slotAtMs;
    const next = await soon(async () => {
      const found = (await historyOf('passes')).find(({ atMs }) => atMs === nextAtMs);
      if (found?.what !== 'skipped') return found?.what === 'done' ? found : undefined;
      nextAtMs -= 60_000; // a run of this minute was under way, and the slot gave way to it
      await queue('passes', nextAtMs);
      return undefined;
    });
    expect(next.run).toMatchObject({ verdict: 'passed' });
    await soon(async () => ((await stack.queued()) === 0 ? true : undefined));
  });
});
