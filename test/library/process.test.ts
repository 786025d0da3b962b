import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployShop } from '../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { emptyFolder } from '../support/command.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LIBRARY = JSON.stringify(join(ROOT, 'runner/library/index.ts'));
const execute = promisify(execFile);

let aws: LocalAws;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  aws = await startLocalAws();
  ({ variables } = await deployShop(aws, undefined));
});
afterAll(async () => aws.close());

/** Runs a program in a process of its own, which must end by itself. */
const program = async (source: string, cwd = ROOT) =>
  execute(process.execPath, ['--input-type=module', '--eval', source], { cwd });

describe('a program that imports the library', () => {
  it('ends by itself after runs against AWS, prints nothing, and keeps its folder', async () => {
    const options = JSON.stringify({ variables });
    const { stdout, stderr } = await program(`
      import { run } from ${LIBRARY};
      const results = await run('canaries/shop', ${options});
      await new Promise((resolve) => setTimeout(resolve, 100)); // sockets that were destroyed close in later turns
      const left = process.getActiveResourcesInfo().filter((one) => one !== 'PipeWrap' && one !== 'TickObject');
      console.log(JSON.stringify({ verdict: results.map((one) => one.verdict).join(), cwd: process.cwd(), left }));
    `);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ verdict: expect.stringMatching(/^(\w+,?)+$/), cwd: ROOT, left: [] });
  });

  it('gets warnings as those of the process, if it takes none itself', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'canaries'));
    const steps = '  - http: GET http://127.0.0.1:9/\n';
    writeFileSync(join(cwd, 'canaries/a.canary.yaml'), `canary: a\nowner: b\nsteps:\n${steps}`);

    const { stdout, stderr } = await program(
      `import { run } from ${LIBRARY};
       const onRunEnd = () => { throw new Error('of a reporter'); };
       const [{ verdict }] = await run(undefined, { reporters: [{ name: 'mine', onRunEnd }] });
       console.log(verdict);`,
      cwd,
    );

    expect(stdout).toBe('failed\n');
    expect(stderr).toContain(
      "CoalmineWarning: The reporter 'mine' failed; no verdict changes. of a reporter",
    );
  });

  it('loads the engine with the first call, and not with the import', async () => {
    const { stdout } = await program(`
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      await import(${LIBRARY});
      console.log(JSON.stringify(loaded));
    `);
    const loaded = (JSON.parse(stdout) as readonly string[]).filter((url) => url.startsWith('file:'));

    // The bundle begins re2js with its first call, too.
    expect(
      loaded.filter((url) => /node_modules\/(?!re2js)|\/(engine|adapters|kinds|load)\//.test(url)),
    ).toEqual([]);
    expect(loaded.length).toBeLessThan(40);
  });
});
