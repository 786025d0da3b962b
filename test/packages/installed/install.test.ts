import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tarball } from '../../../scripts/packages/tarballs.ts';
import { sampleSize } from '../../support/effort.ts';
import { fencesOf, readPage } from '../../support/pages.ts';
import { packedTarballs } from './setup/packed.ts';
import { emptyProject, type Manager, type Project } from './setup/project.ts';
import { type Registry, startRegistry } from './setup/registry.ts';
import { OLD_NODES } from './setup/tools.ts';

const ROOT = join(import.meta.dirname, '../../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let tarballs: readonly Tarball[];
let registry: Registry;
let service: Server;
let site: string;

beforeAll(async () => {
  tarballs = packedTarballs();
  registry = await startRegistry(tarballs);
  service = createServer((request, response) => void response.end(request.url));
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(async () => {
  service.closeAllConnections();
  await new Promise((resolve) => void service.close(resolve));
  await registry.close();
});

const canary = (status: number): string => `canary: site-is-up
owner: shop
schedule:
  every: 10s
steps:
  - name: The site answers
    http: GET ${site}/
    response:
      status: ${status}
`;

const WAYS: readonly {
  readonly title: string;
  readonly manager: Manager;
  readonly packages: () => readonly string[];
}[] = [
  { title: 'npm, from tarballs', manager: 'npm', packages: () => tarballs.map(({ path }) => path) },
  { title: 'pnpm, from a registry', manager: 'pnpm', packages: () => tarballs.map(({ name }) => name) },
];

describe.each(WAYS)('in an empty project, by $title', ({ manager, packages }) => {
  let project: Project;

  beforeAll(async () => {
    project = emptyProject(manager, registry.url);
    project.write({ 'package.json': '{"name":"shop","private":true}' });
    const { code, stdout, stderr } = await project.install(...packages());
    if (code !== 0) throw new Error(`${manager} could not install them:\n${stdout}${stderr}`);
  });

  it('both packages install, and bring esbuild alone', () => {
    const folder = join(project.folder, 'node_modules');
    const names = readdirSync(folder).filter((name) => !name.startsWith('.'));

    expect(names).toEqual(
      manager === 'npm' ? ['@coalmine', '@esbuild', 'coalmine', 'esbuild'] : ['@coalmine', 'coalmine'],
    );
    expect(readdirSync(join(folder, 'coalmine')).toSorted()).toEqual(
      expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json']),
    );
  });

  it('the command has its version, and help', async () => {
    const { version } = JSON.parse(
      readFileSync(join(project.folder, 'node_modules/coalmine/package.json'), 'utf8'),
    ) as { readonly version: string };

    expect(await project.coalmine('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await project.coalmine('--help')).stdout).toContain('Usage: coalmine');
  });

  it('init writes files that validate accepts', async () => {
    expect(await project.coalmine('init')).toMatchObject({ code: 0, stderr: '' });
    expect(await project.coalmine('validate')).toEqual({ code: 0, stdout: '1 canary good\n', stderr: '' });
  });

  it('run passes by a service that answers, and fails by one that does not answer so', async () => {
    project.write({ 'canaries/site-is-up.canary.yaml': canary(200) });
    expect(await project.coalmine('run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 passed'),
    });

    project.write({ 'canaries/site-is-up.canary.yaml': canary(404) });
    expect(await project.coalmine('run')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('1 failed'),
    });
  });

  it('watch runs a canary by its schedule, and ends when it is asked to', async () => {
    project.write({ 'canaries/site-is-up.canary.yaml': canary(200) });
    const wanted = sampleSize({ small: 1, full: 6 });
    const runs = (text: string): number => text.match(/[✓✗] site-is-up/g)?.length ?? 0;
    const bin = join(project.folder, 'node_modules/coalmine/dist/coalmine.mjs');
    const ended = await project.run([process.execPath, bin, 'watch'], ({ process: child, interrupt }) => {
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (runs(text) >= wanted) interrupt();
      });
    });

    expect(ended.stderr).toContain('Ending: what runs is run to its end.');
    expect(ended.code).toBe(0);
    expect(runs(ended.stdout)).toBeGreaterThanOrEqual(wanted);
  });

  it('build writes a template and the functions, ready for a pipeline', async () => {
    const built = await project.coalmine('build', '--out', 'build');

    expect(built).toMatchObject({ code: 0 });
    expect(readFileSync(join(project.folder, 'build/template.yaml'), 'utf8')).toContain('TickFunction:');
    for (const name of ['tick', 'worker', 'tap-reader'])
      expect(existsSync(join(project.folder, 'build/functions', name, 'index.js'))).toBe(true);
  });

  it('deploy --dry-run prints the deployment, and needs no account', async () => {
    expect(await project.coalmine('deploy', '--dry-run', '--region', 'eu-west-1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('coalmine-'),
    });
  });

  it('the trace kit carries an id, on Node 22 and on this one', async () => {
    project.write({
      'hop.mjs': `import { current, withTrace } from '@coalmine/trace';
const handler = withTrace(async () => current().id);
console.log(await handler({ headers: { 'X-Correlation-Id': 'a' } }));
`,
    });
    const stdout = expect.stringMatching(/^\{.*"correlationId":"a".*\}\na\n$/); // the log of the event comes first

    for (const node of [OLD_NODES[22], process.execPath])
      expect(await project.run([node, 'hop.mjs'])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('a program runs a canary, and gets its result', async () => {
    project.write({
      'canaries/site-is-up.canary.yaml': canary(200),
      'run.mjs': `import { run } from 'coalmine';
const [result] = await run('canaries/site-is-up.canary.yaml');
console.log(result.canary, result.verdict);
`,
    });

    expect(await project.run([process.execPath, 'run.mjs'])).toMatchObject({
      code: 0,
      stdout: 'site-is-up passed\n',
    });
  });

  it('an older Node gets one line that names the remedies', async () => {
    const bin = 'node_modules/coalmine/dist/coalmine.mjs';
    project.write({ 'trace.mjs': "import '@coalmine/trace';\n", 'library.mjs': "import 'coalmine';\n" });
    const line = (name: string, needs: number): RegExp =>
      new RegExp(
        `${name} needs Node ${needs} or newer; this is \\d+\\.\\d+\\.\\d+\\. Install Node ${needs} `,
      );

    for (const node of [OLD_NODES[20], OLD_NODES[22]])
      expect(await project.run([node, bin, 'list'])).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(new RegExp(`^${line('Coalmine', 24).source}.*\n$`)),
      });
    for (const node of [OLD_NODES[20], OLD_NODES[22]])
      expect(await project.run([node, 'library.mjs'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(line('Coalmine', 24)),
      });
    expect(await project.run([OLD_NODES[20], 'trace.mjs'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(line('@coalmine/trace', 22)),
    });
  });

  it.each(['nodenext', 'bundler'])("a user's file passes the strict type check by %s", async (resolution) => {
    project.write({
      'hop.mts': `import { current, forEachRecord } from '@coalmine/trace';
export const handler = forEachRecord<{ readonly orderId: string }>(async ({ orderId }) => {
  const id: string | undefined = current()?.id;
  if (id === undefined) throw new Error(orderId);
});
`,
      'run.mts': `import { LoadError, loadCanaries, run, type RunResult } from 'coalmine';
export async function failed(): Promise<readonly RunResult[]> {
  const results = await run(await loadCanaries('canaries'), { env: 'default' }).catch((thrown: unknown) => {
    throw thrown instanceof LoadError ? new Error('faulty files') : thrown;
  });
  return results.filter(({ verdict }) => verdict !== 'passed');
}
`,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
          ...{ target: 'es2024', types: [], moduleResolution: resolution },
          module: resolution === 'bundler' ? 'esnext' : resolution,
        },
        files: ['hop.mts', 'run.mts'],
      }),
    });

    expect(await project.run([process.execPath, TSC])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

it('the app of the page on AWS CDK is synthesised', async () => {
  const blocks = fencesOf(readPage('docs/guide/cdk.md'));
  const [app = ''] = blocks.flatMap(({ info, text }) => (info === 'ts' ? [text] : []));
  const [config = '', flow = ''] = blocks.flatMap(({ info, text }) => (info === 'yaml' ? [text] : []));
  const project = emptyProject('npm', registry.url);
  project.write({
    'package.json': '{"name":"shop","private":true}',
    'app.mts': app,
    'canaries/coalmine.config.yaml': config,
    'canaries/order-flow.canary.yaml': flow,
  });
  const installed = await project.install(...tarballs.map(({ path }) => path));
  for (const name of ['aws-cdk-lib', 'constructs'])
    symlinkSync(join(ROOT, 'node_modules', name), join(project.folder, 'node_modules', name));

  const script = "process.env.CDK_OUTDIR = 'cdk.out'; await import('./app.mts');";
  const done = await project.run([process.execPath, '--input-type=module', '--eval', script]);

  expect(installed.code).toBe(0);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(project.folder, 'cdk.out/Shop.template.json'), 'utf8')).toContain(
    'AWS::Lambda::Function',
  );
});
