import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';

let server: Server;
let site: string;
const seen: { method: string; url: string; headers: Record<string, string | string[] | undefined> }[] = [];

const answer: RequestListener = (request, response) => {
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
  const status = Number(/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
  response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' });
  response.end(JSON.stringify({ ok: true, authorization: request.headers.authorization ?? null }));
};

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A folder with some canaries, by name and steps. */
function folderOf(canaries: Readonly<Record<string, string>>, project?: string): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  for (const [name, steps] of Object.entries(canaries)) {
    const text = steps.startsWith('canary:') ? steps : `canary: ${name}\nowner: test\nsteps:\n${steps}`;
    writeFileSync(join(cwd, 'canaries', `${name}.canary.yaml`), text);
  }
  if (project !== undefined) writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  return cwd;
}

const get = (path: string, more = ''): string => `  - http: GET ${site}${path}\n${more}`;

describe('run', () => {
  it('ends with 0 when all is well, and sends the ids along', async () => {
    const cwd = folderOf({ good: get('/ok') });

    const { code, stdout } = await coalmine(['run'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ good {2}passed after .*run ([0-9a-f]{32})/);
    const runId = /run ([0-9a-f]{32})/.exec(stdout)?.[1] as string;
    expect(seen.at(-1)?.headers).toMatchObject({
      'x-correlation-id': `canary-${runId}`,
      'x-canary': 'good',
      traceparent: expect.stringMatching(new RegExp(`^00-${runId}-[0-9a-f]{16}-01$`)),
      'x-amzn-trace-id': expect.stringContaining(`Root=1-${runId.slice(0, 8)}-${runId.slice(8)}`),
    });
  });

  it('reaches nothing where AWS_LAMBDA_RUNTIME_API says that the runner gets its own work', async () => {
    const env = { AWS_LAMBDA_RUNTIME_API: new URL(site).host };
    const before = seen.length;

    const { code, stdout } = await coalmine(['run'], { cwd: folderOf({ own: get('/next') }), env });

    expect(code).toBe(3);
    expect(stdout).toContain('may not be reached from a canary: it is the Lambda runtime API');
    expect(seen.length).toBe(before);
  });

  it.each([
    { title: 'a 500', steps: () => get('/status/500'), code: 1, says: 'status 500' },
    {
      title: 'a redirect that was not asked for',
      steps: () => get('/status/302'),
      code: 1,
      says: 'status 302',
    },
    {
      title: 'a system that is not there',
      steps: () => '  - http: GET http://127.0.0.1:1/\n',
      code: 1,
      says: '127.0.0.1:1 refused the connection (ECONNREFUSED)',
    },
    {
      title: 'an unknown name',
      steps: () => '  - http: GET http://nobody.invalid/\n',
      code: 1,
      says: 'nobody.invalid',
    },
    {
      title: 'a metadata address',
      steps: () => '  - http: GET http://169.254.169.254/latest/meta-data/\n',
      code: 3,
      says: 'may not be reached from a canary',
    },
    {
      title: 'a metadata address in another spelling',
      steps: () => '  - http: GET http://0xa9fea9fe/\n',
      code: 3,
      says: 'may not be reached from a canary',
    },
    {
      title: 'a missing variable',
      steps: () => '  - http: GET http://127.0.0.1/${env:NOT_THERE}\n',
      code: 3,
      says: 'The environment variable NOT_THERE is not set',
    },
    {
      title: 'a variable of the runner itself, wherever it is mentioned',
      steps: () => '  - http: GET http://127.0.0.1/${region}\n',
      code: 2,
      says: '${region} is not defined here',
    },
    {
      title: 'a faulty file',
      steps: () => '  - htttp: GET x\n',
      code: 2,
      says: 'write http: GET x',
    },
  ])('reports $title with exit code $code', async ({ steps, code, says }) => {
    const printed = await coalmine(['run'], { cwd: folderOf({ one: steps() }) });

    expect(printed.code).toBe(code);
    expect(printed.stdout + printed.stderr).toContain(says);
  });

  it('lets a known failure outrank an error, in the exit code too', async () => {
    const cwd = folderOf({
      bad: get('/status/500'),
      unknown: '  - http: GET http://127.0.0.1/${env:NOT_THERE}\n',
    });

    expect((await coalmine(['run'], { cwd })).code).toBe(1);
  });

  it('runs no canary if a file is faulty', async () => {
    const before = seen.length;

    const { code, stderr } = await coalmine(['run'], {
      cwd: folderOf({ good: get('/ok'), faulty: 'canary: x' }),
    });

    expect(code).toBe(2);
    expect(stderr).toContain('nothing was run');
    expect(seen.length).toBe(before);
  });

  it('prints for machines exactly what they were promised', async () => {
    const cwd = folderOf({ one: get('/ok', '    response:\n      body: { ok: false }\n'), two: get('/ok') });

    const { stdout, stderr, code } = await coalmine(['run', '--reporter', 'json'], { cwd });
    const report = JSON.parse(stdout) as { verdict: string; runs: Record<string, unknown>[] };

    expect({ code, stderr, verdict: report.verdict }).toEqual({ code: 1, stderr: '', verdict: 'failed' });
    expect(report.runs[0]).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-f]{32}$/),
      canary: 'one',
      verdict: 'failed',
      durationMs: expect.any(Number),
    });
    expect((report.runs[0]?.['steps'] as unknown[] | undefined)?.[0]).toMatchObject({
      name: expect.any(String),
      kind: 'http',
      verdict: 'failed',
      blame: 'target',
      reason: 'the answer differs: body.ok is true: `{"ok":true,"authorization":null}`',
      durationMs: expect.any(Number),
      attempts: 1,
      checks: expect.arrayContaining([
        { path: 'body.ok', operator: 'equals', expected: false, actual: true, ok: false },
      ]),
    });
    expect((report.runs[1]?.['steps'] as { blame: unknown }[] | undefined)?.[0]?.blame).toBeNull();
  });

  it('writes for people and for CI at once', async () => {
    const cwd = folderOf({ 'bad-one': get('/status/500', '    name: Ask <for> "it"\n'), good: get('/ok') });

    const { code, stdout } = await coalmine(
      ['run', '--reporter', 'console', '--reporter', 'junit:out/report.xml'],
      { cwd },
    );
    const xml = readFileSync(join(cwd, 'out/report.xml'), 'utf8');

    expect(code).toBe(1);
    expect(stdout).toContain('2 canaries: 1 passed, 1 failed');
    expect(xml).toContain('<testsuite name="bad-one" tests="1" failures="1" errors="0" skipped="0"');
    expect(xml).toContain('name="Ask &lt;for&gt; &quot;it&quot;"');
    expect(xml).toMatch(/<failure message="status 500: `[^"]*`" type="target">/);
  });

  it.each([
    { argv: ['run', '--tag', 'teir-1'], says: "Did you mean 'tier-1'?" },
    { argv: ['run', 'gone'], says: "There is no file or folder 'gone'." },
    { argv: ['run', '--env', 'prd'], says: "Did you mean 'prod'?" },
    { argv: ['run'], says: 'There are several environments. Say which: --env staging or --env prod.' },
    { argv: ['run', '--reporter', 'jnit'], says: "Did you mean 'junit'?" },
    { argv: ['run', '--reporter', 'json', '--reporter', 'console'], says: 'would mix' },
    { argv: ['run', '--reporter', 'json:a', '--reporter', 'junit:./a'], says: 'Two reporters would write' },
    { argv: ['run', 'one'], says: "Did you mean 'canaries/one.canary.yaml'?" },
    { argv: ['mute', 'one'], says: "Run 'coalmine mute --help'." },
    { argv: ['state', 'backup'], says: "Run 'coalmine state backup --help'." },
    { argv: ['run', '--seed', 'x'], says: "'x' is not a run id" },
    { argv: ['run', '--concurrency', '0'], says: 'write a whole number' },
    { argv: ['rnu'], says: 'Did you mean run?' },
    { argv: ['run', '--tagg', 'x'], says: 'Did you mean --tag?' },
    { argv: ['validate', '--format', 'xml'], says: 'Allowed choices are text, json, github, sarif' },
  ])('refuses $argv with exit code 2', async ({ argv, says }) => {
    const cwd = folderOf(
      { one: `canary: one\nowner: x\ntags: [tier-1]\nsteps:\n${get('/ok')}` },
      'project: p\nenvironments: { staging: {}, prod: {} }\n',
    );

    const { code, stderr } = await coalmine(argv, { cwd });

    expect(code).toBe(2);
    expect(stderr.replace(/[()]/g, '')).toContain(says);
  });

  it('asks for the folder of the canaries if there is a project file without them', async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: p\n');

    expect(await coalmine(['run'], { cwd })).toMatchObject({
      code: 2,
      stderr:
        "There is no file or folder 'canaries'. If the canaries are elsewhere, name their folder, such as '.'.\n",
    });
  });

  it('gives no remedy for missing canaries if another fault keeps them from being read', async () => {
    const cwd = folderOf({ one: `canary: one\nowner: x\nsteps:\n${get('/ok')}` }, 'project: p\n');
    writeFileSync(join(cwd, 'canaries', 'coalmine.config.yaml'), 'project: q\n');

    const { stderr } = await coalmine(['validate'], { cwd });

    expect(stderr).toMatch(/a project holds no other\. .* or remove one of the two files\.\n$/);
  });

  it('says where to begin if there are no canaries', async () => {
    const { code, stderr } = await coalmine(['run'], { cwd: emptyFolder() });

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "There is no file or folder 'canaries'. Make a first one with 'coalmine init'.\n",
    });
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const before = seen.length;
    const cwd = folderOf({
      one: `canary: one\nowner: x\nvars: { path: "ok" }\nsteps:\n  - http: GET ${site}/\${path}\n`,
    });

    const { code, stdout } = await coalmine(['run', '--dry-run'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain(`{"request":"GET ${site}/ok"}`);
    expect(seen.length).toBe(before);
    expect(
      (
        await coalmine(['run', '--dry-run'], {
          cwd: folderOf({ two: '  - http: GET http://127.0.0.1/${env:NOT_THERE}\n' }),
        })
      ).code,
    ).toBe(3);
  });

  it('prints no secret, in no form, in no report', async () => {
    const secret = 'hunter2/very+secret=';
    const steps = `  - http: GET ${site}/status/500?key=\${env:TOKEN}\n    headers: { authorization: "Bearer \${env:TOKEN}" }\n    response: { body: { authorization: nothing } }\n    save: { token: response.body.authorization }\n`;
    const cwd = folderOf({ one: steps }, 'project: p\nsecrets: [TOKEN]\n');

    const printed = await coalmine(
      ['run', '--reporter', 'json', '--reporter', 'junit:r.xml', '--reporter', 'console:r.txt'],
      { cwd, env: { TOKEN: secret } },
    );
    const dry = await coalmine(['run', '--dry-run'], { cwd, env: { TOKEN: secret } });

    const all = [
      printed.stdout,
      printed.stderr,
      dry.stdout,
      readFileSync(join(cwd, 'r.xml'), 'utf8'),
      readFileSync(join(cwd, 'r.txt'), 'utf8'),
    ].join('\n');
    expect(all).toContain('***');
    for (const form of [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').slice(0, 20),
    ])
      expect(all).not.toContain(form);
    expect(seen.at(-1)?.headers['authorization']).toBe(`Bearer ${secret}`);
  });

  it('refuses a secret that is too short to be masked', async () => {
    const { code, stderr } = await coalmine(['run'], {
      cwd: folderOf({ one: get('/ok') }, 'project: p\nsecrets: [TOKEN]\n'),
      env: { TOKEN: 'short' },
    });

    expect(code).toBe(2);
    expect(stderr).toContain('The secret in TOKEN is shorter than 8 characters');
    expect(stderr).not.toContain('short"');
  });

  it('ends at Ctrl-C with 130, after its cleanup', async () => {
    const text = `canary: slow\nowner: x\nsteps:\n${get('/first')}  - expect: response\n    http: GET ${site}/status/404\n    has: { status: 200 }\n    within: 60s\ncleanup:\n  - name: Tidy up\n    http: DELETE ${site}/order\n`;
    const cwd = folderOf({ slow: text });
    let interrupt = (): void => {};
    const running = coalmine(['run'], {
      cwd,
      onInterrupt: (stage) => {
        interrupt = () => stage?.act();
        return () => {};
      },
    });
    while (!seen.some(({ url }) => url === '/status/404'))
      await new Promise((resolve) => setTimeout(resolve, 10));

    interrupt();
    const { code, stdout } = await running;

    expect(code).toBe(130);
    expect(seen.some(({ method, url }) => method === 'DELETE' && url === '/order')).toBe(true);
    expect(stdout).toContain('The run was interrupted.');
    expect(stdout).toContain('✓ cleanup: Tidy up');
  });
});

describe('validate', () => {
  it('lists for machines what is good and what is not', async () => {
    const cwd = folderOf({ good: get('/ok'), faulty: '  - http: GET https://x\n    timout: 5s\n' });

    const { code, stdout } = await coalmine(['validate', '--format', 'json'], { cwd });

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      canaries: ['good'],
      diagnostics: [
        {
          file: 'canaries/faulty.canary.yaml',
          line: 5,
          column: 5,
          severity: 'error',
          rule: 'key',
          message: "'timout' is not a key of 'http'",
          hint: "did you mean 'timeout'?",
        },
      ],
    });
  });

  it('prints a fault once that stands alike in more than three files, with the number of the others', async () => {
    const faulty = '  - http: GET https://x\n    timout: 5s\n';
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];

    const three = await coalmine(['validate'], { cwd: folderOf({ a: faulty, b: faulty, c: faulty }) });
    const six = await coalmine(['validate'], {
      cwd: folderOf(Object.fromEntries(names.map((name) => [name, faulty]))),
    });

    expect(three.stdout.match(/'timout' is not a key/g)).toHaveLength(3);
    expect(six.stdout.match(/'timout' is not a key/g)).toHaveLength(1);
    expect(six.stdout).toContain(
      'the same in 5 more files: canaries/b.canary.yaml, canaries/c.canary.yaml, canaries/d.canary.yaml, …',
    );
    expect(six.stdout).toContain('6 errors');
  });

  it('says for people how many are good', async () => {
    const { code, stdout } = await coalmine(['validate'], { cwd: folderOf({ good: get('/ok') }) });

    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 canary good\n' });
  });

  it('passes the canaries of this repository', async () => {
    expect(await coalmine(['validate', 'canaries', 'test/examples'])).toMatchObject({
      code: 0,
      stdout: '8 canaries good\n',
    });
  });
});

describe('the other commands', () => {
  it.each([
    { argv: ['help'], says: 'Usage: coalmine [options] [command]' },
    { argv: ['help', 'status'], says: 'Usage: coalmine status ' },
  ])('$argv is printed', async ({ argv, says }) => {
    expect(await coalmine(argv)).toMatchObject({ code: 0, stdout: expect.stringContaining(says) });
  });

  it('help names the command that is meant', async () => {
    expect(await coalmine(['help', 'statsu'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "There is no command 'statsu'. Did you mean 'status'?\n",
    });
  });

  it('explain reads a canary aloud', async () => {
    const { code, stdout } = await coalmine(['explain', 'canaries/shop/order-reaches-warehouse.canary.yaml']);

    expect(code).toBe(0);
    expect(stdout).toContain('It expects exactly 1 event on bus shop · OrderPlaced from shop.orders');
    expect(stdout).toContain(
      'no message may appear until all steps are over, nor for 3 s after the last act',
    );
    expect(stdout).toContain('A run takes 17 s at the longest');
    expect(stdout).toContain('dynamodb:BatchGetItem on shop-orders');
  });

  it('schema prints what editors read', async () => {
    const { stdout } = await coalmine(['schema']);

    expect(JSON.parse(stdout)).toMatchObject({
      title: 'Coalmine canary',
      required: ['canary', 'owner', 'steps'],
    });
  });

  it('help and version are there', async () => {
    expect((await coalmine(['--help'])).stdout).toContain('coalmine run --tag tier-1');
    expect(await coalmine(['--version'])).toMatchObject({ code: 0, stdout: '0.0.0-test\n' });
  });
});
