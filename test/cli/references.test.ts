import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

const PASSWORD = 'hunter2/hunter2';
const TOKEN = 'token&for"the=shop';

let aws: LocalAws;
let echo: Server;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  aws = await startLocalAws();
  echo = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const options = {
    region: aws.region,
    endpoint: aws.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const ssm = new SSMClient(options);
  await ssm.send(new PutParameterCommand({ Name: '/shop/token', Value: TOKEN, Type: 'SecureString' }));
  await ssm.send(new PutParameterCommand({ Name: '/shop/pin', Value: '1234567', Type: 'SecureString' }));
  ssm.destroy();
  const secrets = new SecretsManagerClient(options);
  await secrets.send(
    new CreateSecretCommand({ Name: 'shop/api', SecretString: JSON.stringify({ password: PASSWORD }) }),
  );
  secrets.destroy();
  aws.stacks.register('shop', { ApiUrl: `http://127.0.0.1:${(echo.address() as AddressInfo).port}` });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  env = { AWS_ENDPOINT_URL: aws.url, AWS_REGION: aws.region };
});
afterAll(async () => {
  echo.closeAllConnections();
  echo.close();
  await aws.close();
});

function folderOf(steps: string, project?: string): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'canaries/a.canary.yaml'), `canary: a\nowner: test\nsteps:\n${steps}`);
  if (project !== undefined) writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  return cwd;
}

const STEPS = `  - name: Log in
    http: GET \${cf:shop.ApiUrl}/login
    headers: { authorization: "Bearer \${ssm:/shop/token}" }
    query: { password: "\${secret:shop/api#password}" }
    response:
      body: { headers: { authorization: "Bearer \${ssm:/shop/token}" } }
    save: { url: response.body.url }
  - name: And be told otherwise
    http: GET \${cf:shop.ApiUrl}\${url}
    response:
      body: { url: "of \${secret:shop/api#password}" }
`;

describe('values from AWS', () => {
  it.each(['console', 'json', 'junit'])('reach the system, and not the %s report', async (reporter) => {
    const { code, stdout, stderr } = await coalmine(['run', '--reporter', reporter], {
      cwd: folderOf(STEPS),
      env,
    });

    expect(code).toBe(1); // the first step passed, the second received the sent value
    expect(stdout).toContain('/login?password=***');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), TOKEN, 'hunter2', 'token&amp;for'])
      expect(stdout + stderr).not.toContain(secret);
  });

  it('are named by a dry run, and put in, masked, only when asked', async () => {
    const cwd = folderOf(STEPS);
    const named = await coalmine(['run', '--dry-run'], { cwd, env });
    const { code, stdout } = await coalmine(['run', '--dry-run', '--show-values'], { cwd, env });

    expect(named.code).toBe(0);
    expect(named.stdout).toContain('"authorization":"Bearer ${ssm:/shop/token}"');
    expect(code).toBe(0);
    expect(stdout).toContain('"authorization":"Bearer ***"');
    expect(stdout).toContain('"password":"***"');
    expect(stdout).not.toContain('hunter2');
  });

  it('have no use for --show-values without a dry run', async () => {
    const { code, stderr } = await coalmine(['run', '--show-values'], { cwd: folderOf(STEPS), env });

    expect(code).toBe(2);
    expect(stderr).toContain('--show-values goes with --dry-run.');
  });

  it('that are missing make the run an error that names them', async () => {
    const cwd = folderOf('  - http: GET ${cf:shop.ApiUri}/\n');

    const { code, stdout } = await coalmine(['run'], { cwd, env });

    expect(code).toBe(3);
    expect(stdout).toContain("The stack shop has no output 'ApiUri'. Did you mean 'ApiUrl'?");
  });

  it('that are too short to be masked do too', async () => {
    const cwd = folderOf('  - http: GET ${cf:shop.ApiUrl}/${ssm:/shop/pin}\n');

    const { code, stdout } = await coalmine(['run'], { cwd, env });

    expect(code).toBe(3);
    expect(stdout).toContain('The secret in ${ssm:/shop/pin} is shorter than 8 characters');
    expect(stdout).not.toContain('1234567');
  });

  it('are listed with what it takes to read them, and not read', async () => {
    const { code, stdout } = await coalmine(['explain'], {
      cwd: folderOf(STEPS, 'project: shop\nsecrets: [TOKEN]\ntaps: []\n'),
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', TOKEN },
    });

    expect(code).toBe(0);
    expect(stdout).toContain('ssm:GetParameter on /shop/token');
    expect(stdout).toContain('secretsmanager:GetSecretValue on shop/api\n');
    expect(stdout).toContain('kms:Decrypt on the key of shop/api, where it is a key of your own');
    expect(stdout).toContain('cloudformation:DescribeStacks on the stack shop');
    expect(stdout).not.toContain(TOKEN);
  });

  it('in the addresses of taps are listed for a canary that listens', async () => {
    const cwd = folderOf(
      '  - expect: event\n    bus: orders\n    within: 10s\n',
      'project: shop\ntaps: [{ bus: "${cf:shop.BusName}" }]\n',
    );

    expect((await coalmine(['explain'], { cwd })).stdout).toContain(
      'cloudformation:DescribeStacks on the stack shop',
    );
  });
});

describe('a fault of Coalmine itself', () => {
  it('is reported with its stack, and is no failure of a canary', async () => {
    const stdout = {
      write: () => {
        throw new TypeError('it broke');
      },
    };

    const { code, stderr } = await coalmine(['schema'], { stdout });

    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^This is a fault of Coalmine itself, please report it:\nTypeError: it broke\n +at /,
    );
  });

  it('is reported as it is, if it is no Error', async () => {
    const stdout = {
      write: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- some libraries do
        throw 'a word';
      },
    };

    expect((await coalmine(['schema'], { stdout })).stderr).toContain('please report it:\na word\n');
  });
});
