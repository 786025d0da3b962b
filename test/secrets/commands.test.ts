import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import type { Interruption } from '../../runner/cli/setup/io.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { FORMS, stretchesOf } from '../support/secret-forms.ts';

/** Secrets with characters that URLs, JSON, HTML and base64 change. None has a stretch of six characters that output has anyway. */
const TOKEN = 'tk+/=Zq"9&<w>\\7%41Xv';
const PASSWORD = 'pw#ö?Kd 8~|Rm§Lx2';
const HOOK_KEY = 'hk-4Vt9Bn3Yc6Wj';

let server: Server;
let site: string;
const received: string[] = [];

/** Answers with all that was sent, and with each secret in each form, in the body, a header and the status line. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (request.url?.startsWith('/hook') === true) {
        received.push(JSON.stringify([request.headers['content-type'], body]));
        return response.writeHead(200).end();
      }
      if (request.url?.startsWith('/broken') === true) return void request.socket.destroy();
      const forms = [TOKEN, PASSWORD].flatMap((secret) =>
        Object.values(FORMS).map((encode) => encode(secret)),
      );
      const echo = { sent: { url: request.url, headers: request.headers, body }, forms };
      const status = request.url?.startsWith('/fails') === true ? 500 : 200;
      return response
        .writeHead(status, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(TOKEN) })
        .end(JSON.stringify(echo));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A secret at every place of a file that takes a reference. */
const CANARIES: Readonly<Record<string, string>> = {
  everywhere: `canary: everywhere
owner: team
schedule: { every: 1m }
alert: { after: 1, to: [team] }
vars:
  token: \${env:TOKEN}
  inside: a-\${token}-b
steps:
  - name: Send it at every place
    http: POST \${env:SITE}/fails/\${token}?q=\${token}
    headers:
      Authorization: Bearer \${token}
      x-plain: \${env:TOKEN}
      cookie: session=\${token}
    query: { api_key: "\${inside}" }
    body: { password: "\${env:PASSWORD}", list: ["\${inside}"], nested: { deep: "\${token}" } }
    response:
      status: 200
      headers: { x-echo: "\${token}" }
      body: { forms: ["\${token}"], sent: { body: "\${env:PASSWORD}" } }
`,
  saved: `canary: saved
owner: team
steps:
  - http: POST \${env:SITE}/login
    form: { password: "\${env:PASSWORD}" }
    save:
      all: { from: response.body.sent.body, secret: true }
      url: response.body.sent.url
  - http: GET \${env:SITE}/\${url}
    auth: { basic: "anna:\${env:PASSWORD}" }
    response: { status: 418 }
  - expect: response
    http: GET \${env:SITE}/again
    headers: { x-api-key: "\${env:TOKEN}" }
    has: { body: { sent: { url: "\${all}" } } }
    within: 200ms
cleanup:
  - http: DELETE \${env:SITE}/fails/\${env:TOKEN}
`,
  broken: `canary: broken
owner: team
steps:
  - http: POST \${env:SITE}/broken?key=\${env:TOKEN}
    body: \${env:PASSWORD}
  - http: GET http://\${env:PASSWORD}.invalid/\${env:TOKEN}
`,
  malformed: `canary: malformed
owner: team
steps:
  - http: GET \${env:SITE}/
    headers: { x-bad: "a\${env:PASSWORD}\\u0007" }
`,
};

const PROJECT = `project: shop
env: [SITE]
secrets: [TOKEN, PASSWORD, HOOK_KEY]
channels:
  team: { webhook: "\${env:SITE}/hook/\${env:HOOK_KEY}", secret: "\${env:HOOK_KEY}" }
`;

const RUN = ['--reporter', 'console', '--reporter', 'json:out.json', '--reporter', 'junit:out.xml'];

/** Every command that prints, each with its output; the ids of runs are filled in. */
const COMMANDS: readonly (readonly string[])[] = [
  ['validate'],
  ['explain'],
  ['list'],
  ['list', '--format', 'json'],
  ['iam'],
  ['iam', '--format', 'json'],
  ['run', '--dry-run'],
  ['run', '--dry-run', '--show-values'],
  ['run', '--state', 'state.sqlite', ...RUN],
  ['run', '--state', 'state.sqlite', '--reporter', 'log'],
  ['history', '--state', 'state.sqlite'],
  ['history', '--state', 'state.sqlite', '--format', 'json'],
  ['status', '--state', 'state.sqlite'],
  ['status', '--state', 'state.sqlite', '--format', 'json'],
  ['show', 'RUN', '--state', 'state.sqlite'],
  ['show', 'RUN', '--state', 'state.sqlite', '--format', 'json'],
  ['history', '--notices', '--state', 'state.sqlite'],
  ['history', '--notices', '--state', 'state.sqlite', '--format', 'json'],
  ['explain', 'everywhere', '--alert', '--state', 'state.sqlite'],
  ['sweep', '--dry-run', '--state', 'state.sqlite'],
  ['sweep', '--state', 'state.sqlite'],
  ['alert', 'test', 'team'],
  ['doctor'],
  ['doctor', '--show-values', '--verbose'],
];

/** The command after which `watch` runs the canary with a schedule, and notifies its channel. */
const WATCHED_AFTER = 'run --state state.sqlite --reporter log';

/** The output of `watch` until its canary has failed and its channel is notified, and the page for Prometheus of that moment. */
async function watchOutputs(cwd: string, env: Readonly<Record<string, string>>) {
  const at = { path: join(cwd, 'state.sqlite'), project: 'shop', environment: 'default', create: false };
  const store = sqliteStore(at, { clock: systemClock() });
  await store.runs.advance({ canary: 'everywhere', toMs: Date.now() - 60_000 });
  await store.close();
  let live = '';
  let stages: readonly Interruption[] = [];
  const watching = coalmine(['watch', '--state', 'state.sqlite', '--reporter', 'prometheus:0'], {
    cwd,
    env,
    stdout: { write: (text) => void (live += text) },
    onInterrupt: (...given) => {
      stages = given;
      return () => {};
    },
  });
  const ended = watching.then(() => true);
  const sent = received.length;
  const isDone = (): boolean => live.includes('failed after') && received.length > sent;
  while (!isDone() && !(await Promise.race([ended, pause()])));
  const [page = ''] = /http:\S+\/metrics/.exec(live) ?? [];
  const metrics = await (await fetch(page)).text();
  stages[0]?.act();
  const { stderr } = await watching;
  return { 'live watch': `${live}${stderr}`, 'page for Prometheus': metrics };
}

async function pause(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 20));
}

function leaksIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) =>
    ['raw', 'URL', 'JSON', 'base64', 'hex', 'HTML'].flatMap((name) => {
      const form = FORMS[name]?.(secret) ?? '';
      return stretchesOf(form, 8).filter((stretch) => text.includes(stretch));
    }),
  );
}

async function outputs(secrets: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'coalmine.config.yaml'),
    secrets.length > 0
      ? PROJECT
      : PROJECT.replace(/^secrets.*\n/m, '').replace('[SITE]', '[SITE, TOKEN, PASSWORD, HOOK_KEY]'),
  );
  for (const [name, text] of Object.entries(CANARIES))
    writeFileSync(join(cwd, 'canaries', `${name}.canary.yaml`), text);
  const env = {
    SITE: site,
    TOKEN,
    PASSWORD,
    HOOK_KEY,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_REGION: 'eu-west-1',
  };
  const found: Record<string, string> = {};
  let runId = '';
  for (const command of COMMANDS) {
    const argv = command.map((word) => (word === 'RUN' ? runId : word));
    const { stdout, stderr } = await coalmine(argv, { cwd, env });
    found[command.join(' ')] = `${stdout}${stderr}`;
    if (command.join(' ') === WATCHED_AFTER) Object.assign(found, await watchOutputs(cwd, env));
    runId ||=
      /[0-9a-f]{32}/.exec(
        command[0] === 'run' && command.includes('--state')
          ? readFileSync(join(cwd, 'out.json'), 'utf8')
          : '',
      )?.[0] ?? '';
  }
  for (const file of readdirSync(cwd, { recursive: true, withFileTypes: true }))
    if (file.isFile() && !file.name.endsWith('.yaml'))
      found[`file ${file.name}`] = readFileSync(join(file.parentPath, file.name)).toString('latin1');
  found['notices'] = received.splice(0).join('\n');
  return found;
}

describe('a secret at every place of a file', () => {
  const all = [TOKEN, PASSWORD, HOOK_KEY];

  it('is in no output of any command, in no file and in no notice', async () => {
    const found = await outputs(all);

    const leaks = Object.entries(found).flatMap(([name, text]) =>
      leaksIn(text, all).map((stretch) => `${name}: ${stretch}`),
    );
    expect(leaks).toEqual([]);
    expect(Object.values(found).every((text) => text !== '')).toBe(true);
    process.stdout.write(
      `secrets: ${Object.keys(found).length} outputs of commands, ${leaks.length} leaks\n`,
    );
  });

  it('bites: one that is not named as a secret is in the reports, the state and the history', async () => {
    const found = await outputs([]);

    const leaking = Object.keys(found).filter((name) => leaksIn(found[name] ?? '', [PASSWORD]).length > 0);
    expect(leaking).toEqual(
      expect.arrayContaining([
        expect.stringContaining('run --state'),
        'live watch',
        'file out.json',
        'file state.sqlite',
      ]),
    );
  });
});
