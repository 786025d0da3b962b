import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { emptyFolder } from '../support/command.ts';
import {
  bash,
  installInto,
  type StepOutcome,
  substituted,
  type WorkflowStep,
} from '../support/shell-steps.ts';
import { readCommand } from '../support/workflow-commands.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly WorkflowStep[] };
}

const action = parse(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8')) as Action;

const canary = (name: string, tags: string): string =>
  `canary: ${name}\nowner: b\ntags: [${tags}]\nsteps:\n  - http: GET http://127.0.0.1:1/\n`;

/** A repository in whose folder `app` Coalmine is installed. */
let root: string;
let variables: Readonly<Record<string, string>>;

beforeAll(() => {
  root = emptyFolder();
  const folder = join(root, 'app');
  mkdirSync(join(folder, 'canaries'), { recursive: true });
  writeFileSync(join(folder, 'canaries/a.canary.yaml'), canary('a', 'smoke'));
  writeFileSync(join(folder, 'canaries/b.canary.yaml'), canary('b', 'slow'));
  writeFileSync(join(folder, 'coalmine.config.yaml'), 'project: p\nenvironments: { one: {}, two: {} }\n');
  variables = {
    ...installInto(folder),
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: root,
    GITHUB_STEP_SUMMARY: join(root, 'summary.md'),
  };
});

/** Runs the steps of the action with some inputs, until one fails; gives the last outcome. */
async function act(given: Readonly<Record<string, string>>): Promise<StepOutcome> {
  const output = join(root, 'output');
  writeFileSync(output, '');
  const inputs = Object.entries(action.inputs).map(
    ([name, input]) => [`inputs.${name}`, given[name] ?? input.default] as const,
  );
  let last: StepOutcome = { code: -1, stdout: '', stderr: '' };
  for (const { run = '', env = {}, 'working-directory': at = '.' } of action.runs.steps) {
    const command = /^command=(.*)$/m.exec(readFileSync(output, 'utf8'))?.[1] ?? '';
    const values = { ...Object.fromEntries(inputs), 'steps.installed.outputs.command': command };
    const own = Object.entries(env).map(([key, text]) => [key, substituted(text, values)] as const);
    last = await bash(run, {
      cwd: join(root, substituted(at, values)),
      env: { ...variables, GITHUB_OUTPUT: output, ...Object.fromEntries(own) },
    });
    if (last.code !== 0) return last;
  }
  return last;
}

describe('the action for GitHub', () => {
  it('has scripts without an expression, and a description of each input', () => {
    const { using, steps } = action.runs;

    expect(using).toBe('composite');
    expect(steps.filter(({ run = '', shell }) => run.includes('${{') || shell !== 'bash')).toEqual([]);
    expect(Object.values(action.inputs).filter(({ description }) => description === '')).toEqual([]);
  });

  it('validates the files of a folder', async () => {
    expect(await act({ 'working-directory': 'app' })).toMatchObject({ code: 0, stdout: '2 canaries good\n' });
  });

  it('annotates a fault at its place in the repository', async () => {
    writeFileSync(join(root, 'app/faulty.canary.yaml'), 'canary: x\n');

    const { code, stdout } = await act({
      'working-directory': 'app',
      paths: 'canaries\nfaulty.canary.yaml\n',
    });

    expect(code).toBe(2);
    expect(readCommand(stdout.split('\n')[0] as string)?.properties['file']).toBe('app/faulty.canary.yaml');
  });

  it('runs the canaries with a tag in an environment, with a summary and a report', async () => {
    rmSync(variables['GITHUB_STEP_SUMMARY'] as string, { force: true });

    const { code, stdout, stderr } = await act({
      'working-directory': 'app',
      command: 'run',
      environment: 'two',
      tags: 'smoke\nother\n',
      junit: 'out/report.xml',
    });

    expect(code).toBe(1);
    expect(stdout).toContain('1 canary: 1 failed');
    expect(readCommand(stderr)?.properties['file']).toBe('app/canaries/a.canary.yaml');
    expect(readFileSync(variables['GITHUB_STEP_SUMMARY'] as string, 'utf8')).toContain('1 canary: 1 failed');
    expect(readFileSync(join(root, 'app/out/report.xml'), 'utf8')).toContain('value="two"');
  });

  it('ends with the remedy if Coalmine is not installed, and for an unknown command', async () => {
    expect(readCommand((await act({})).stdout.trimEnd().split('\n').at(-1) as string)?.data).toMatch(
      /^Coalmine is not installed here\./,
    );
    expect(await act({ 'working-directory': 'app', command: 'watch' })).toMatchObject({
      code: 2,
      stdout: "::error title=Coalmine::The input 'command' must be validate, run or deploy.\n",
    });
  });

  it.each(['$(touch x)', '`touch x`', '"; touch x; "', "'; touch x; '", '--version', '*', 'a b', '\\'])(
    'hands every input on as a plain text: %s',
    async (text) => {
      const cwd = join(root, 'stub');
      mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
      mkdirSync(join(cwd, 'deep'), { recursive: true });
      writeFileSync(join(cwd, 'node_modules/.bin/coalmine'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', {
        mode: 0o755,
      });
      const at = { 'working-directory': 'stub/deep' };
      const handedOn = async (given: Readonly<Record<string, string>>) =>
        (await act({ ...at, ...given })).stdout.trimEnd().split('\n');

      expect(await handedOn({ paths: `${text}\n\nb` })).toEqual([
        'validate',
        '--format',
        'github',
        '--',
        text,
        'b',
      ]);
      expect(await handedOn({ command: 'deploy', environment: text })).toEqual([
        'deploy',
        `--env=${text}`,
        '--',
      ]);
      expect(await handedOn({ command: 'run', tags: `${text}\nb`, junit: text })).toEqual([
        'run',
        '--reporter',
        'github',
        `--reporter=junit:${text}`,
        `--tag=${text}`,
        '--tag=b',
        '--',
      ]);
      expect(await act({ ...at, command: text })).toMatchObject({ code: 2 });
      expect(existsSync(join(cwd, 'deep/x'))).toBe(false);
    },
  );
});
