import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { commandLineModules, MODULE_BUNDLE } from '../../scripts/packages/module-bundle.ts';
import { emptyFolder } from '../support/command.ts';
import { shapeOf } from '../support/shape-of-run.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/guide/test-suites.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(
  ([, name = '', code = '']) => ({
    name,
    code,
  }),
);
/** The red message that the page shows. */
const [, RED = ''] = /^## A red test\n[\s\S]*?^```\n([\s\S]*?)^```/m.exec(PAGE) ?? [];
const execute = promisify(execFile);

const project = emptyFolder();
let server: Server;
let isOpen = true;

/** Writes a file of the project. */
function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ open: isOpen }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  write('package.json', '{ "private": true, "type": "module" }');
  write('coalmine.config.yaml', `project: shop\nenvironments: { staging: { vars: { shop: "${url}" } } }\n`);
  write(
    'canaries/orders.canary.yaml',
    'canary: orders\nowner: team\nsteps:\n  - name: The shop is open\n    http: GET ${shop}/health\n    response: { body: { open: true } }\n', // biome-ignore lint/suspicious/noTemplateCurlyInString: a value of a canary
  );
  for (const { name, code } of EXAMPLES) write(name, code);
  const installed = join(project, 'node_modules/coalmine');
  await build({
    ...MODULE_BUNDLE,
    entryPoints: Object.fromEntries(
      ['index', 'jest', 'vitest'].map((name) => [name, `runner/library/${name}.ts`]),
    ),
    absWorkingDir: ROOT,
    outdir: join(installed, 'dist'),
    external: ['@jest/globals', 'vitest'],
    plugins: [commandLineModules()],
  });
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  mkdirSync(join(project, 'node_modules/@jest'));
  for (const name of ['jest', 'vitest', '@jest/globals'])
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Ways to run each example, by its file. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'canaries.test.mjs': ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'canaries.test.mjs'],
  'canaries.spec.mjs': ['node_modules/vitest/vitest.mjs', 'run', 'canaries.spec.mjs'],
  'canaries.node.mjs': ['--test', 'canaries.node.mjs'],
  'report.mjs': ['report.mjs'],
};

/** Runs an example while the shop is open or closed. */
async function outcomeOf(
  name: string,
  open: boolean,
): Promise<{ readonly code: number; readonly text: string }> {
  isOpen = open;
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  const options = { cwd: project, env };
  return execute(process.execPath, [...(COMMANDS[name] as readonly string[])], options).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      text: stdout + stderr,
    }),
  );
}

describe('the examples of the page on test suites', () => {
  it('are all run here', () => {
    expect(EXAMPLES.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
  });

  it.each(Object.keys(COMMANDS).filter((name) => name !== 'report.mjs'))(
    '%s is green with the shop, and red without it',
    async (name) => {
      const green = await outcomeOf(name, true);
      const red = await outcomeOf(name, false);

      expect(green).toMatchObject({ code: 0 });
      expect(red).toMatchObject({ code: 1 });
      expect(red.text).toContain('1 of 1 canary failed: orders');
      expect(red.text).toMatch(/✗ The shop is open .*canaries\/orders\.canary\.yaml:4/);
      const printed = shapeOf(red.text);
      const lines = shapeOf(RED).split('\n');
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.filter((line) => !printed.includes(line.trim()))).toEqual([]);
    },
  );

  it('the program prints the results, and the faults of files', async () => {
    expect((await outcomeOf('report.mjs', true)).text).toMatch(/^orders: passed after \d+ ms\n$/);
    expect((await outcomeOf('report.mjs', false)).text).toMatch(
      /^orders: failed after \d+ ms\n {2}The shop is open: body\.open is false and not true\n$/,
    );

    write('canaries/odd.canary.yaml', 'canary: odd\nowner: team\nsteps: [{ htp: GET https://x.example }]\n');

    expect((await outcomeOf('report.mjs', true)).text).toMatch(/^canaries\/odd\.canary\.yaml:3:\d+ .*http/);
  });
});
