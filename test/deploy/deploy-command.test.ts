import { describe, expect, it } from '@jest/globals';
import { builtCoalmine } from '../support/built.ts';
import { folderWith } from '../support/command.ts';

const FILES = {
  'coalmine.config.yaml': `project: shop
environments: { prod: { region: eu-west-1 }, staging: {} }
channels: { ops: { sns: "arn:aws:sns:eu-west-1:123456789012:ops" } }
`,
  'canaries/orders.canary.yaml': `canary: orders
owner: shop
schedule: { every: 1m }
alert: { to: [ops] }
steps:
  - sendMessage: \${env:ORDERS_QUEUE}
    body: x
`,
};

describe('coalmine deploy --dry-run', () => {
  it('builds, and prints the deployment and its values, without an account', async () => {
    const { code, stdout, stderr } = await builtCoalmine(
      ['deploy', '--env', 'prod', '--dry-run', '--parameter', 'HeartbeatUrl=https://h.example/secret'],
      { cwd: folderWith(FILES), env: { ORDERS_QUEUE: 'orders' } },
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^1 canary of project shop in environment prod\n\n {2}template.yaml {2}\d+ kB\n/);
    expect(stdout).toContain(`Would deploy the stack coalmine-shop-prod in eu-west-1:
  archives and template to the bucket of the stack coalmine-artifacts
  HeartbeatUrl = (not shown)  (--parameter)
  AllowShrink = no  (default)
  EnvOrdersQueue = orders  (ORDERS_QUEUE)
Nothing was sent.
`);
  });

  it('takes the region of AWS_DEFAULT_REGION if AWS_REGION is empty', async () => {
    const { code, stdout } = await builtCoalmine(['deploy', '--env', 'staging', '--dry-run'], {
      cwd: folderWith(FILES),
      env: { ORDERS_QUEUE: 'orders', AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-central-1' },
    });

    expect(code).toBe(0);
    expect(stdout).toContain('Would deploy the stack coalmine-shop-staging in eu-central-1:');
  });

  it.each([
    { argv: ['--env', 'staging'], fault: 'No region is known. Give --region, set AWS_REGION' },
    { argv: ['--env', 'prod', '--parameter', 'MostWorker=5'], fault: "Did you mean 'MostWorkers'?" },
    { argv: [], fault: 'shop in prod, shop in staging' },
  ])('is refused for $argv: $fault', async ({ argv, fault }) => {
    const refused = await builtCoalmine(['deploy', '--dry-run', ...argv], { cwd: folderWith(FILES) });

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(fault);
  });
});
