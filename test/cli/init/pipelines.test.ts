import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { programOf } from '../../../runner/cli/main.ts';
import { coalmine } from '../../support/command.ts';
import { bash, installInto, substituted, type WorkflowStep } from '../../support/shell-steps.ts';
import { readCommand } from '../../support/workflow-commands.ts';
import { folderWith, pathsIn, textOf } from './repositories.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(request.url === '/broken' ? 500 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if: string;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly env?: Readonly<Record<string, string>>;
        readonly steps: readonly WorkflowStep[];
      }
    >
  >;
}

type GitlabJob = Readonly<Record<string, readonly string[] | undefined>>;

/** A repository after `init`, and its pipeline. */
async function initialised(files: Readonly<Record<string, string>>, argv: readonly string[], folder = '') {
  const root = folderWith({ '.git/HEAD': '', ...files });
  const cwd = join(root, folder);
  mkdirSync(cwd, { recursive: true });
  const { code, stdout, stderr } = await coalmine(['init', ...argv], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const path = pathsIn(root).find((one) => /^\.(github|gitlab)\//.test(one)) ?? '';
  return { root, cwd, path, stdout, pipeline: parse(textOf(root, path)) as unknown };
}

const REPOSITORIES = [
  { title: 'npm', files: { 'package-lock.json': '{}' }, argv: [], folder: '' },
  {
    title: 'pnpm in a folder of a monorepo',
    files: { 'pnpm-lock.yaml': '' },
    argv: [],
    folder: 'services/o r d e r s',
  },
  { title: 'yarn, and another folder', files: { 'yarn.lock': '' }, argv: ['--folder', 'e2e'], folder: '' },
  {
    title: 'a lock file of its own',
    files: { 'package-lock.json': '{}', 'app/package-lock.json': '{}' },
    argv: [],
    folder: 'app',
  },
];

/** A preview of a pull request is a deployment too: its commit is not what the signed-in job installs. */
const OF_MAIN_AFTER_DEPLOYMENT =
  "${{ github.event_name == 'deployment_status' && github.event.repository.default_branch || '' }}";

/** The repository in which the scripts are run: the one with the most differences from an empty folder. */
const RUN_IN = REPOSITORIES.slice(1, 2);

/** Those of some command lines that the command does not understand. */
async function notUnderstood(lines: readonly (readonly string[])[]): Promise<readonly string[]> {
  const understood = await Promise.all(lines.map(isUnderstood));
  return lines.filter((_, index) => !understood[index]).map((line) => line.join(' '));
}

/** True for a command line that the command understands. */
async function isUnderstood(words: readonly string[]): Promise<boolean> {
  const silent = { write: () => {} };
  const who = { user: 'a', host: 'b', pid: 1 };
  const io = { stdout: silent, stderr: silent, env: {}, cwd: '/', who, onInterrupt: () => () => {} };
  const program = programOf(io, '0', () => {});
  let isReached = false;
  program.hook('preAction', () => {
    isReached = true;
    throw new Error('reached');
  });
  await program.parseAsync([...words], { from: 'user' }).catch(() => {});
  return isReached;
}

/** The command lines of the command in a script. */
function commandLinesIn(script: string): readonly (readonly string[])[] {
  return [...script.matchAll(/\bcoalmine (.*)$/gm)].map(([, rest = '']) =>
    rest.replaceAll('"', '').split(' '),
  );
}

describe('the workflow for GitHub Actions that init writes', () => {
  it.each(REPOSITORIES)(
    'has the least permissions, pinned actions and no expression in a shell: $title',
    async ({ files, argv, folder }) => {
      const { pipeline } = await initialised(files, argv, folder);
      const { permissions, jobs, on } = pipeline as Workflow;
      const steps = Object.values(jobs).flatMap((job) => job.steps);

      expect(Object.keys(on)).not.toContain('pull_request_target');
      expect(permissions).toEqual({ contents: 'read' });
      expect(Object.entries(jobs).map(([name, job]) => [name, job.permissions])).toEqual([
        ['validate', undefined],
        ['deploy', { contents: 'read', 'id-token': 'write' }],
        ['run', { contents: 'read', 'id-token': 'write' }],
      ]);
      expect(
        steps
          .flatMap(({ uses }) => uses ?? [])
          .filter((one) => !/^(actions|aws-actions)\/[\w-]+@v\d+$/.test(one)),
      ).toEqual([]);
      expect(steps.flatMap(({ run }) => run ?? []).filter((one) => one.includes('${{'))).toEqual([]);
      expect(steps.filter(({ uses }) => uses?.startsWith('actions/checkout')).map((one) => one.with)).toEqual(
        [{}, {}, { ref: OF_MAIN_AFTER_DEPLOYMENT }].map((more) => ({
          'persist-credentials': false,
          ...more,
        })),
      );
      expect(
        steps.flatMap(({ uses, with: inputs }) => (uses?.startsWith('actions/setup-node') ? [inputs] : [])),
      ).toEqual(Array.from({ length: 3 }, () => ({ 'node-version': 24, 'package-manager-cache': false })));
    },
  );

  it('runs after a deployment to its own environment alone, as a role that may be a smaller one', async () => {
    const { pipeline } = await initialised({}, ['--env', 'prod']);
    const { run, deploy } = (pipeline as Workflow).jobs;
    const roleOf = (job: Workflow['jobs'][string] | undefined) =>
      job?.steps.find(({ uses }) => uses?.startsWith('aws-actions/'))?.with?.['role-to-assume'];

    expect(run?.if).toBe(
      "inputs.environment != '' || (github.event_name == 'deployment_status' && " +
        "github.event.deployment_status.state == 'success' && github.event.deployment.environment == 'prod')",
    );
    expect(roleOf(deploy)).toBe('${{ vars.COALMINE_ROLE }}');
    expect(roleOf(run)).toBe('${{ vars.COALMINE_RUN_ROLE || vars.COALMINE_ROLE }}');
  });

  it.each(REPOSITORIES)(
    'has commands that Coalmine understands, and fetches nothing that is not locked: $title',
    async ({ files, argv, folder }) => {
      const { pipeline } = await initialised(files, argv, folder);
      const scripts = Object.values((pipeline as Workflow).jobs).flatMap((job) =>
        job.steps.flatMap(({ run }) => run ?? []),
      );
      const lines = scripts.flatMap(commandLinesIn);

      expect(lines.map(([command]) => command)).toEqual(['validate', 'deploy', 'run']);
      expect(await notUnderstood(lines)).toEqual([]);
      expect(scripts.filter((one) => /npx (?!--no-install )|(^| )npm install|dlx/.test(one))).toEqual([]);
    },
  );

  it.each(RUN_IN)(
    'checks the files and runs the canaries, each in its folder: $title',
    async ({ files, argv, folder }) => {
      const { root, cwd, pipeline } = await initialised(files, [...argv, '--url', `${url}/broken`], folder);
      const { jobs } = pipeline as Workflow;
      const env = {
        ...installInto(cwd),
        GITHUB_WORKSPACE: root,
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: join(root, 'summary.md'),
      };
      const expressions = { "inputs.environment || 'staging'": 'staging' };
      const run = async (name: string) => {
        const { steps, env: own = {} } = jobs[name] as Workflow['jobs'][string];
        const values = Object.entries(own).map(
          ([key, text]) => [key, substituted(text, expressions)] as const,
        );
        const outcomes = [];
        for (const { run: script, 'working-directory': at = '' } of steps) {
          if (script === undefined) continue;
          outcomes.push(
            await bash(script, { cwd: join(root, at), env: { ...env, ...Object.fromEntries(values) } }),
          );
        }
        return outcomes;
      };

      const validated = await run('validate');
      const ran = await run('run');

      expect(validated.map(({ code }) => code)).toEqual(validated.map(() => 0));
      expect(validated.at(-1)?.stdout).toContain('1 canary good');
      expect(ran.at(-1)).toMatchObject({ code: 1, stdout: expect.stringContaining('1 canary: 1 failed') });
      expect(readCommand(ran.at(-1)?.stderr ?? '')?.properties['file']).toBe(
        join(folder, argv[1] ?? 'canaries', 'site-is-up.canary.yaml'),
      );
      expect(readFileSync(join(root, 'summary.md'), 'utf8')).toContain('1 canary: 1 failed');
      const upload = jobs['run']?.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact'));
      expect(readFileSync(join(root, String(upload?.with?.['path'])), 'utf8')).toContain('<testsuites');
    },
  );

  it.each([
    { title: 'that of the remote repository', remote: 'trunk', local: 'feature/x', branch: 'trunk' },
    { title: 'the one that is checked out, without a remote one', local: 'master', branch: 'master' },
    { title: 'a name that is no text for YAML', local: '2.0', branch: '2.0' },
    { title: 'main, if none is checked out', branch: 'main' },
  ])('deploys from the main branch, and says which one: $title', async ({ remote, local, branch }) => {
    const { pipeline, stdout } = await initialised(
      {
        ...(remote && { '.git/refs/remotes/origin/HEAD': `ref: refs/remotes/origin/${remote}\n` }),
        ...(local && { '.git/HEAD': `ref: refs/heads/${local}\n` }),
      },
      [],
    );

    expect(pipeline).toMatchObject({ on: { push: { branches: [branch] } } });
    expect(stdout).toContain(`check the branch that the workflow deploys from: ${branch}\n`);
  });
});

describe('the pipeline for GitLab CI that init writes', () => {
  it.each(RUN_IN)(
    'has commands that Coalmine understands, and runs them in its folder: $title',
    async ({ files, argv, folder }) => {
      const { root, cwd, path, pipeline } = await initialised(
        files,
        [...argv, '--ci', 'gitlab', '--url', url],
        folder,
      );
      const [base, , validate, deploy, run] = Object.values(pipeline as Readonly<Record<string, GitlabJob>>);
      const env = {
        ...installInto(cwd),
        CI_PROJECT_DIR: root,
        AWS_ID_TOKEN: 'x',
        AWS_WEB_IDENTITY_TOKEN_FILE: join(root, 'token'),
      };
      const roleOf = (more: Readonly<Record<string, string>>) =>
        bash(
          `${run?.['script']?.find((line) => line.startsWith('export ')) ?? ''}\nprintf %s "$AWS_ROLE_ARN"`,
          {
            cwd: root,
            env: { ...env, AWS_ROLE_ARN: 'deployer', ...more },
          },
        );
      const outcomeOf = async (job: GitlabJob | undefined) =>
        bash([...(base?.['before_script'] ?? []), ...(job?.['script'] ?? [])].join('\n'), { cwd: root, env });
      const scripts = [validate, deploy, run].map((job) => (job?.['script'] ?? []).join('\n'));

      expect(await notUnderstood(scripts.flatMap(commandLinesIn))).toEqual([]);
      expect(await roleOf({})).toMatchObject({ stdout: 'deployer' });
      expect(await roleOf({ COALMINE_RUN_ROLE: 'runner' })).toMatchObject({ stdout: 'runner' });
      expect(await outcomeOf(validate)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('1 canary good'),
      });
      expect(await outcomeOf(run)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('1 canary: 1 passed'),
      });
      expect(readFileSync(join(root, 'token'), 'utf8')).toBe('x');
      const { artifacts } = run as unknown as { artifacts: { reports: { junit: string } } };
      expect(readFileSync(join(root, artifacts.reports.junit), 'utf8')).toContain('<testsuites');
      expect(parse(textOf(root, '.gitlab-ci.yml'))).toEqual({ include: [{ local: path }] });
    },
  );

  it('is the choice if the repository has one or is on GitLab, and an existing file is left with a line to add', async () => {
    const own = folderWith({ '.git/HEAD': '', '.gitlab-ci.yml': 'test: {}\n' });
    const hosted = folderWith({
      '.git/config': '[remote "origin"]\n\turl = git@gitlab.example.com:a/b.git\n',
    });

    const { stdout } = await coalmine(['init'], { cwd: own });
    await coalmine(['init'], { cwd: hosted });

    expect(stdout).toContain(
      "Add to .gitlab-ci.yml, in its list 'include':\n\n  - local: .gitlab/canaries.yml\n",
    );
    expect(textOf(own, '.gitlab-ci.yml')).toBe('test: {}\n');
    expect(pathsIn(hosted)).toContain('.gitlab/canaries.yml');
  });

  it('quotes a command that YAML would read otherwise', async () => {
    const { pipeline } = await initialised({}, ['--ci', 'gitlab'], "it's: a #1");

    expect(Object.values(pipeline as Readonly<Record<string, GitlabJob>>)[2]?.['script']?.[0]).toBe(
      `cd "$CI_PROJECT_DIR"/'it'\\''s: a #1'`,
    );
  });
});
