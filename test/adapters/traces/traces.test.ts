import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AwsClients } from '../../../runner/adapters/aws/clients.ts';
import { systemRandom } from '../../../runner/adapters/runtime/system-random.ts';
import { executionsWith } from '../../../runner/adapters/traces/executions.ts';
import { logLines } from '../../../runner/adapters/traces/log-lines.ts';
import { newRunId, xrayIdOf } from '../../../runner/core/base/run-id.ts';
import { subjectOf } from '../../../runner/core/trace/subject.ts';
import { type KindHarness, startKindHarness } from '../../support/run/kind-harness.ts';

let harness: KindHarness;
let clients: AwsClients;

beforeAll(async () => {
  harness = await startKindHarness();
  clients = { clientOf: (constructor) => harness.clientOf(constructor), close: () => {} };
});
afterAll(async () => harness.close());

function queryFor(text: string) {
  const nowMs = Date.now();
  const signal = new AbortController().signal;
  return { subject: subjectOf(text), fromMs: nowMs - 60_000, toMs: nowMs + 60_000, signal };
}

async function until<Answer>(read: () => Promise<Answer>, holds: (answer: Answer) => boolean) {
  for (;;) {
    const answer = await read();
    if (holds(answer)) return answer;
  }
}

describe('the lines of a log group', () => {
  it('are those with the id in any spelling, or with the value as a whole word', async () => {
    const { aws, names } = harness;
    const id = newRunId(Date.now(), systemRandom());
    aws.logs.write(names.logGroup, `INFO ${xrayIdOf(id)} one`);
    aws.logs.write(names.logGroup, `{"correlationId":"canary-${id}","order":"ord_77"}`);
    aws.logs.write(names.logGroup, 'ord_771 of another');

    const byId = await logLines(clients, names.logGroup, queryFor(id));
    const byValue = await logLines(clients, names.logGroup, queryFor('ord_77'));

    expect(byId).toEqual({
      isWhole: true,
      things: [
        { atMs: expect.any(Number), message: `INFO ${xrayIdOf(id)} one` },
        { atMs: expect.any(Number), message: `{"correlationId":"canary-${id}","order":"ord_77"}` },
      ],
    });
    expect(byValue.things.map(({ message }) => message)).toEqual([
      `{"correlationId":"canary-${id}","order":"ord_77"}`,
    ]);
  });

  it('are found by a value with quotes, and in a group that is named by its ARN', async () => {
    const { aws, names } = harness;
    aws.logs.write(names.logGroup, JSON.stringify({ note: 'say "seventy-eight"' }));
    const arn = `arn:aws:logs:us-east-1:${aws.account}:log-group:${names.logGroup}:*`;

    const { things } = await logLines(clients, arn, queryFor('say "seventy-eight"'));

    expect(things).toHaveLength(1);
  });

  it('are an error for a group that does not exist', async () => {
    await expect(logLines(clients, '/none', queryFor('x'))).rejects.toThrow(/log group does not exist/);
  });
});

describe('the executions of a state machine', () => {
  it('are those with the id in their name or input, with their histories', async () => {
    const { names } = harness;
    const client = harness.clientOf(SFNClient);
    const id = newRunId(Date.now(), systemRandom());
    const start = async (name: string, given: object) => {
      const asked = { stateMachineArn: names.machine, name, input: JSON.stringify(given) };
      await client.send(new StartExecutionCommand(asked));
    };
    await start(`${id}-1`, {});
    await start(`other-${id.slice(0, 8)}`, { metadata: { correlationId: `canary-${id}` } });
    await start(`stranger-${id.slice(0, 8)}`, {});

    const { things, isWhole } = await until(
      async () => executionsWith(clients, names.machine, queryFor(id)),
      (found) =>
        found.things.length === 2 &&
        found.things.every(({ history }) => history.some(({ type }) => type === 'ExecutionSucceeded')),
    );

    expect(isWhole).toBe(true);
    expect(things.map(({ name }) => name).toSorted()).toEqual(
      [`${id}-1`, `other-${id.slice(0, 8)}`].toSorted(),
    );
    const types = things[0]?.history.map(({ type }) => type) ?? [];
    expect([types[0], types.at(-1)]).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
    expect(things[0]?.history.find(({ state }) => state !== undefined)?.type).toMatch(/StateEntered$/);
  });

  it('are an error for a machine that does not exist', async () => {
    const arn = harness.names.machine.replace(/[^:]+$/, 'none');

    await expect(executionsWith(clients, arn, queryFor('x'))).rejects.toThrow(
      /State Machine Does Not Exist/i,
    );
  });
});
