import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const cwd = emptyFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  return cwd;
}

const CANARY =
  '# yaml-language-server: $schema=./canary.schema.json\ncanary: a\nowner: b\nsteps:\n  - http: GET https://x\n';
const PROJECT = '# yaml-language-server: $schema=./canaries/project.schema.json\nproject: p\n';
const PART =
  '# A part.\n# yaml-language-server: $schema=../part.schema.json\npart: x\nsteps:\n  - http: GET https://x\n';

const all = () =>
  folderWith({
    'canaries/a.canary.yaml': CANARY,
    'canaries/b.canary.yaml': CANARY.replace('canary: a', 'canary: b'),
    'canaries/parts/x.part.yaml': PART,
    'coalmine.config.yaml': PROJECT,
  });

describe('schema', () => {
  it.each([
    { argv: ['schema'], title: 'Coalmine canary', required: ['canary', 'owner', 'steps'] },
    { argv: ['schema', 'canary'], title: 'Coalmine canary', required: ['canary', 'owner', 'steps'] },
    { argv: ['schema', 'part'], title: 'Coalmine part', required: ['part', 'steps'] },
    { argv: ['schema', 'project'], title: 'Coalmine project', required: ['project'] },
  ])('$argv prints what editors read', async ({ argv, title, required }) => {
    const { code, stdout } = await coalmine(argv);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title, required });
  });

  it('writes all three schemas into canaries/, over those that are there', async () => {
    const cwd = folderWith({ 'canaries/part.schema.json': 'old' });

    expect(await coalmine(['schema', '--write'], { cwd })).toEqual({
      code: 0,
      stdout:
        'wrote   canaries/canary.schema.json\nwrote   canaries/part.schema.json\nwrote   canaries/project.schema.json\n',
      stderr: '',
    });
    expect(readFileSync(join(cwd, 'canaries/part.schema.json'), 'utf8')).toBe(
      (await coalmine(['schema', 'part'])).stdout,
    );
  });

  it('writes one schema into a folder', async () => {
    expect(
      await coalmine(['schema', 'project', '--write', 'e2e/flows'], { cwd: emptyFolder() }),
    ).toMatchObject({
      code: 0,
      stdout: 'wrote   e2e/flows/project.schema.json\n',
    });
  });

  it('refuses an unknown sort, and a folder that cannot be made', async () => {
    const cwd = folderWith({ file: '' });

    expect(await coalmine(['schema', 'canarie'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are canary, part, project'),
    });
    expect(await coalmine(['schema', '--write', 'file'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The schema cannot be written: '),
    });
  });
});

describe('validate, of the schemas that files name to editors', () => {
  it('warns of each that is not there, once, with the remedy, and passes when it is applied', async () => {
    const cwd = all();
    const before = await coalmine(['validate'], { cwd });
    await coalmine(['schema', '--write', 'canaries'], { cwd });

    expect(before.code).toBe(0);
    expect(before.stdout).toContain(
      "canaries/a.canary.yaml:1:33  warning: editors find no schema: 'canaries/canary.schema.json' is not there, or cannot be read",
    );
    expect(before.stdout).toContain('run coalmine schema --write canaries');
    expect(before.stdout).toContain('canaries/parts/x.part.yaml:2:33  warning: ');
    expect(before.stdout).toContain('coalmine.config.yaml:1:33  warning: ');
    expect(before.stdout).toContain('2 canaries good, 3 warnings');
    expect(await coalmine(['validate'], { cwd })).toMatchObject({ code: 0, stdout: '2 canaries good\n' });
  });

  it('warns of one of another version, and of one that is no JSON', async () => {
    const cwd = all();
    await coalmine(['schema', '--write'], { cwd });
    writeFileSync(join(cwd, 'canaries/canary.schema.json'), '{}');
    writeFileSync(join(cwd, 'canaries/part.schema.json'), '{');

    const { code, stdout } = await coalmine(['validate', '--format', 'json'], { cwd });

    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { diagnostics: unknown[] }).diagnostics).toMatchObject([
      {
        file: 'canaries/a.canary.yaml',
        line: 1,
        column: 33,
        severity: 'warning',
        rule: 'schema',
        message:
          "'canaries/canary.schema.json' is the schema of another version of Coalmine, and editors go by it",
        hint: 'run coalmine schema --write canaries',
      },
      { file: 'canaries/parts/x.part.yaml', line: 2, message: expect.stringContaining('another version') },
    ]);
  });

  it('takes one whose spaces and line ends a tool has changed', async () => {
    const cwd = all();
    await coalmine(['schema', '--write'], { cwd });
    const path = join(cwd, 'canaries/canary.schema.json');
    const schema: unknown = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(schema, null, '\t').replaceAll('\n', '\r\n'));

    expect((await coalmine(['validate'], { cwd })).stdout).toBe('2 canaries good\n');
  });

  it.each(['https://x.example/canary.schema.json', '/somewhere/canary.schema.json', './own.json'])(
    'leaves alone what is not ours: %s',
    async (schema) => {
      const cwd = folderWith({ 'canaries/a.canary.yaml': CANARY.replace('./canary.schema.json', schema) });

      expect((await coalmine(['validate'], { cwd })).stdout).toBe('1 canary good\n');
    },
  );

  it('counts a part that cannot be read as a fault of the canary alone', async () => {
    const cwd = all();
    await coalmine(['schema', '--write'], { cwd });
    const part = join(cwd, 'canaries/parts/x.part.yaml');
    rmSync(part);
    mkdirSync(part);

    expect((await coalmine(['validate'], { cwd })).stdout).toBe('2 canaries good\n');
  });
});
