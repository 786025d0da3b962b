import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleFunction } from '../../runner/deploy/build/bundle-function.ts';
import { callBuilt } from '../support/aws/built-function.ts';
import { fleetFrom, LocalStack } from '../support/aws/local-stack.ts';
import { builtFunctionCode } from '../support/built.ts';
import { type FaultServer, startFaultServer } from '../support/network/fault-server.ts';

describe('the reporter otlp in a built worker', () => {
  let stack: LocalStack;
  let server: FaultServer;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    [stack, server] = await Promise.all([LocalStack.start(), startFaultServer()]);
  });
  afterAll(async () => Promise.all([stack.close(), server.close()]));

  /** Lets the worker run its canary once, and gives its lines of output. */
  async function worked(project: string): Promise<readonly unknown[]> {
    const fleet = fleetFrom({
      'coalmine.config.yaml': `project: ${project}\nenvironments: { aws: {} }\nreporters: ["otlp:\${env:OTLP_ENDPOINT} x-key=\${env:OTLP_KEY}"]\n`,
      'one.canary.yaml':
        'canary: one\nowner: team\nschedule: { every: 1m }\nsteps:\n  - sendMessage: alerts\n    body: x\n',
    });
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-traces-'));
    await bundleFunction('worker', fleet, folder, builtFunctionCode());
    const { env } = stack.around('worker');
    const minuteMs = Math.floor(Date.now() / 60_000) * 60_000;
    const slot = { canary: 'one', slotAtMs: minuteMs, notBeforeMs: minuteMs };
    const record = { messageId: 'm-1', receiptHandle: 'none', body: JSON.stringify(slot) };
    const around = { ...env, OTLP_ENDPOINT: server.origin, OTLP_KEY: 'a-long-key' };
    return callBuilt(folder, { Records: [record] }, { env: around });
  }

  it('sends a trace before the invocation ends, with references of its target filled in', async () => {
    server.behave({ answers: 200, body: '{}' });
    const lines = await worked('taken');

    expect(lines).toContainEqual(
      expect.objectContaining({ result: expect.objectContaining({ verdict: 'passed' }) }),
    );
    expect(server.taken).toHaveLength(1);
    expect(server.taken[0]).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'a-long-key' } });
    expect(server.taken[0]?.body).toContain('"name":"one"');
  });

  it('says in the log if its receiver refuses, and changes nothing else', async () => {
    server.behave({ answers: 403, body: '{"message":"a-long-key is no key"}' });
    const lines = await worked('refused');

    expect(lines).toContainEqual(
      expect.objectContaining({ result: expect.objectContaining({ verdict: 'passed' }) }),
    );
    expect(lines).toContainEqual({
      level: 'WARN',
      message: expect.stringMatching(
        /^The reporter 'otlp' failed: The receiver of traces at .* answered 403: \*{3} is no key\./,
      ),
    });
  });
});
