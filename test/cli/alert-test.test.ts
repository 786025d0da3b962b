import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';
import { type FaultServer, startFaultServer } from '../support/network/fault-server.ts';

const PROJECT = `project: shop
environments:
  prod: { region: eu-west-1 }
  staging: {}
channels:
  hook: { webhook: "\${env:HOOK_URL}", secret: "\${env:HOOK_SECRET}" }
  duty: { pagerduty: "\${env:DUTY_KEY}", endpoint: "\${env:DUTY_URL}", fallback: hook }
`;
const CANARY = 'canary: a\nowner: team\nsteps:\n  - http: GET https://example.com/\n';

let server: FaultServer;
let env: Readonly<Record<string, string>>;
let cwd: string;

beforeAll(async () => {
  server = await startFaultServer();
  env = {
    HOOK_URL: `${server.origin}/hooks/sEcReTpAtH`,
    HOOK_SECRET: 'a long enough secret',
    DUTY_URL: server.origin,
    DUTY_KEY: '0123456789abcdef0123456789abcdef',
  };
  cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'coalmine.config.yaml'), PROJECT);
  writeFileSync(join(cwd, 'canaries/a.canary.yaml'), CANARY);
});
afterAll(async () => server.close());

describe('alert test', () => {
  it('sends a channel an incident and its end, both marked as a test, and prints the answers', async () => {
    server.behave({ answers: 204 });

    const { code, stdout } = await coalmine(['alert', 'test', 'hook', '--env', 'prod'], { cwd, env });

    const host = new URL(server.origin).host;
    expect(code).toBe(0);
    expect(stdout).toBe(
      `hook: opened: The webhook (${host}) answered 204.\nhook: closed: The webhook (${host}) answered 204.\n`,
    );
    const bodies = server.taken.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(bodies).toMatchObject([
      {
        test: true,
        status: 'open',
        title: 'TEST: channel-test is failing in prod',
        canary: { region: 'eu-west-1' },
      },
      {
        test: true,
        status: 'closed',
        title: 'TEST: channel-test works again in prod',
        canary: { owner: 'anna' },
      },
    ]);
    expect(bodies[0]?.['incident']).toBe(bodies[1]?.['incident']);
    expect(server.taken[0]?.headers).toMatchObject({ 'webhook-signature': expect.stringMatching(/^v1,/) });
  });

  it('triggers and resolves in PagerDuty, so that nothing stays open', async () => {
    server.behave({ answers: 202, body: '{"status":"success"}' });

    const { code, stdout } = await coalmine(['alert', 'test', 'duty', '--env', 'staging'], { cwd, env });

    expect([code, stdout]).toEqual([0, expect.stringMatching(/202 to trigger[\s\S]*202 to resolve/)]);
  });

  it('says why the notice was not delivered, without the address, and ends with 3', async () => {
    server.behave({ answers: 404 });

    const { code, stdout, stderr } = await coalmine(['alert', 'test', 'hook', '--env', 'prod'], { cwd, env });

    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^The webhook \(127\.0\.0\.1:\d+\) answered 404, so the notice was not delivered\. Check that/,
    );
    expect(stderr).not.toContain('sEcReTpAtH');
  });

  it('says which value a channel lacks', async () => {
    const { code, stderr } = await coalmine(['alert', 'test', 'hook', '--env', 'prod'], { cwd, env: {} });

    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('The environment variable HOOK_URL is not set'),
    ]);
  });

  it.each([
    { argv: ['hok', '--env', 'prod'], says: "Did you mean 'hook'?" },
    { argv: ['nothing-like-it', '--env', 'prod'], says: 'Known channels: hook, duty.' },
    { argv: ['hook'], says: 'There are several environments.' },
  ])('refuses $argv with what to write instead', async ({ argv, says }) => {
    const { code, stderr } = await coalmine(['alert', 'test', ...argv], { cwd, env });

    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  it('needs a project file', async () => {
    const bare = emptyFolder();
    writeFileSync(join(bare, 'a.canary.yaml'), CANARY);

    const { code, stderr } = await coalmine(['alert', 'test', 'hook', 'a.canary.yaml'], { cwd: bare, env });

    expect([code, stderr]).toEqual([2, expect.stringContaining('Name the canaries of one project')]);
  });
});
