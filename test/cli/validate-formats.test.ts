import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { coalmine, emptyFolder } from '../support/command.ts';
import { SARIF_SCHEMA } from '../support/sarif-schema.ts';
import { readCommand } from '../support/workflow-commands.ts';

const FAULTY = 'canary: a\nowner: b\nsteps:\n  - http: GET https://x\n    timout: 5s\n';
const WARNED = FAULTY.replace('canary: a', 'canary: w')
  .replace('    timout: 5s\n', '')
  .replace('canary:', '# yaml-language-server: $schema=./canary.schema.json\ncanary:');

/** A repository with canaries in one of its folders; gives that folder. */
function repositoryWith(files: Readonly<Record<string, string>>, folder = 'services/orders'): string {
  const root = emptyFolder();
  mkdirSync(join(root, '.git'));
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  return join(root, folder);
}

const sarifCheck = new Ajv({ strict: false, validateFormats: false }).compile(SARIF_SCHEMA);

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly [
          { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } },
        ];
      }[];
    },
  ];
}

describe('validate --format github', () => {
  it('annotates each fault at its place in the repository, and counts them', async () => {
    const cwd = repositoryWith({ 'canaries/a.canary.yaml': FAULTY, 'canaries/w.canary.yaml': WARNED });

    const { code, stdout } = await coalmine(['validate', '--format', 'github'], { cwd });
    const lines = stdout.trimEnd().split('\n');

    expect(code).toBe(2);
    expect(lines.slice(0, -1).map(readCommand)).toEqual([
      {
        name: 'error',
        properties: {
          file: 'services/orders/canaries/a.canary.yaml',
          line: '5',
          endLine: '5',
          col: '5',
          endColumn: '11',
          title: 'coalmine: key',
        },
        data: "'timout' is not a key of 'http'\ndid you mean 'timeout'?",
      },
      expect.objectContaining({
        name: 'warning',
        properties: expect.objectContaining({ title: 'coalmine: schema' }),
      }),
    ]);
    expect(lines.at(-1)).toBe('1 canary good, 1 error, 1 warning');
  });

  it('prints no command if all is well', async () => {
    const cwd = repositoryWith({ 'canaries/a.canary.yaml': FAULTY.replace('timout', 'timeout') });

    expect(await coalmine(['validate', '--format', 'github'], { cwd })).toEqual({
      code: 0,
      stdout: '1 canary good\n',
      stderr: '',
    });
  });

  it('goes by the workspace of the job, and by the working folder outside of a repository', async () => {
    const cwd = repositoryWith({ 'canaries/a.canary.yaml': FAULTY });
    const env = { GITHUB_WORKSPACE: dirname(cwd) };
    const bare = emptyFolder();
    writeFileSync(join(bare, 'a.canary.yaml'), FAULTY);

    const inJob = await coalmine(['validate', '--format', 'github'], { cwd, env });
    const outside = await coalmine(['validate', '.', '--format', 'github'], { cwd: bare });

    expect(inJob.stdout).toContain('file=orders/canaries/a.canary.yaml,');
    expect(outside.stdout).toContain('file=a.canary.yaml,');
  });
});

describe('validate --format sarif', () => {
  it('writes a log that follows the standard, with paths from the root of the repository', async () => {
    const cwd = repositoryWith({
      'canaries/a.canary.yaml': FAULTY,
      'canaries/b: ü #1/b.canary.yaml': FAULTY.replace('canary: a', 'canary: b'),
      'canaries/w.canary.yaml': WARNED,
    });

    const { code, stdout } = await coalmine(['validate', '--format', 'sarif'], { cwd });
    const log = JSON.parse(stdout) as Sarif;
    const [{ tool, results }] = log.runs;

    expect(code).toBe(2);
    expect({ valid: sarifCheck(log), errors: sarifCheck.errors }).toEqual({ valid: true, errors: null });
    expect(results.map(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).toEqual([
      true,
      true,
      true,
    ]);
    expect(results[0]).toEqual({
      ruleId: 'key',
      ruleIndex: 0,
      level: 'error',
      message: { text: "'timout' is not a key of 'http': did you mean 'timeout'?" },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'services/orders/canaries/a.canary.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 5, startColumn: 5, endColumn: 11 },
          },
        },
      ],
    });
    expect(results[1]?.locations[0].physicalLocation.artifactLocation.uri).toBe(
      'services/orders/canaries/b%3A%20%C3%BC%20%231/b.canary.yaml',
    );
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { version: '0.0.0-test' } } }] });
  });

  it('writes a log without results if all is well, also outside of a repository', async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'a.canary.yaml'), FAULTY.replace('timout', 'timeout'));

    const { code, stdout } = await coalmine(['validate', '.', '--format', 'sarif'], { cwd });
    const log = JSON.parse(stdout) as Sarif;

    expect(code).toBe(0);
    expect(sarifCheck(log)).toBe(true);
    expect(log.runs[0].results).toEqual([]);
  });

  it('is held by a schema that bites', () => {
    expect(sarifCheck({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
    expect(sarifCheck({ version: '2.1.0', runs: [], more: 1 })).toBe(false);
  });
});
