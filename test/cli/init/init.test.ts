import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { coalmine } from '../../support/command.ts';
import { sampleSize } from '../../support/effort.ts';
import { folderWith, pathsIn, textOf } from './repositories.ts';

const FILES = [
  '.github/workflows/canaries.yml',
  '.gitignore',
  'canaries/canary.schema.json',
  'canaries/part.schema.json',
  'canaries/project.schema.json',
  'canaries/site-is-up.canary.yaml',
  'coalmine.config.yaml',
  'package.json',
];

const PACKAGE =
  '{\n\t"name": "@acme/Order_Shop",\n\t"files": ["dist", "src"],\n\t"scripts": {\n\t\t"test": "jest"\n\t}\n}\n';
const LISTED = '{ "devDependencies": { "coalmine": "0.1.0" } }';

/** Answers of a person, by the beginning of the question; the default where none fits. */
function person(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const left = Object.fromEntries(Object.entries(answers).map(([key, all]) => [key, [...all]]));
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return (
      Object.entries(left)
        .find(([key]) => question.startsWith(key))?.[1]
        .shift() ?? ''
    );
  };
  return { asked, ask };
}

describe('init in an empty folder', () => {
  it('writes a project that validate accepts without a warning, and says what is next', async () => {
    const cwd = folderWith({});

    const { code, stdout, stderr } = await coalmine(['init'], { cwd });

    expect({ code, stderr, files: pathsIn(cwd) }).toEqual({ code: 0, stderr: '', files: FILES });
    expect(stdout).toContain('wrote    canaries/site-is-up.canary.yaml\n');
    expect(stdout).toContain(
      'Coalmine is not a dependency of this project yet. Put its tarball here, and run: npm install --save-dev ./coalmine-VERSION.tgz\n',
    );
    expect(stdout).toMatch(
      /Next:\n {2}put the address of your site into canaries\/site-is-up\.canary\.yaml\n {2}npx --no-install coalmine run\n {2}set COALMINE_ROLE .*\n {2}check the branch that the workflow deploys from: main\n$/,
    );
    expect(textOf(cwd, '.gitignore')).toBe('node_modules/\n.coalmine/\n');
    expect(await coalmine(['validate'], { cwd })).toMatchObject({ code: 0, stdout: '1 canary good\n' });
  });

  it('keeps every file when it is run again, byte by byte', async () => {
    const cwd = folderWith({});
    await coalmine(['init'], { cwd });
    writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: mine\n');
    const before = FILES.map((path) => textOf(cwd, path));

    const { code, stdout } = await coalmine(['init'], { cwd });

    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^(wrote|added)|check the branch/m);
    expect(FILES.map((path) => textOf(cwd, path))).toEqual(before);
  });

  it('takes its answers from the options', async () => {
    const cwd = folderWith({});
    const options = {
      project: 'shop',
      url: 'http://127.0.0.1:8080/health?x=1',
      owner: 'Team "A": checkout #1',
      env: 'prod',
      region: 'us-west-2',
      folder: 'e2e/flows',
      ci: 'none',
      dependency: 'file:vendor/coalmine-0.1.0.tgz',
    };
    const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);

    const { code, stdout } = await coalmine(['init', ...argv], { cwd });

    expect(code).toBe(0);
    expect(parse(textOf(cwd, 'coalmine.config.yaml'))).toEqual({
      project: 'shop',
      environments: { prod: { region: 'us-west-2' } },
      env: [],
    });
    expect(parse(textOf(cwd, 'e2e/flows/site-is-up.canary.yaml'))).toMatchObject({
      owner: 'Team "A": checkout #1',
      vars: { site: 'http://127.0.0.1:8080/health?x=1' },
      steps: [{ http: 'GET ${site}' }], // no certificate without TLS
    });
    expect(JSON.parse(textOf(cwd, 'package.json'))).toEqual({
      name: 'shop',
      private: true,
      scripts: {
        'canaries:validate': 'coalmine validate e2e/flows',
        'canaries:run': 'coalmine run e2e/flows --env prod',
        'canaries:watch': 'coalmine watch e2e/flows --env prod',
        'canaries:deploy': 'coalmine deploy e2e/flows --env prod',
        'canaries:schema': 'coalmine schema --write e2e/flows',
      },
      devDependencies: { coalmine: 'file:vendor/coalmine-0.1.0.tgz' },
    });
    expect(stdout).toContain('Next:\n  npm install\n  npx --no-install coalmine run e2e/flows\n');
    expect(pathsIn(cwd).filter((path) => path.startsWith('.git'))).toEqual(['.gitignore']);
    expect(await coalmine(['validate', 'e2e/flows'], { cwd })).toMatchObject({
      code: 0,
      stdout: '1 canary good\n',
    });
  });

  it.each(['2024', 'null', '1e5', 'on', 'shop-2'])(
    'writes files that load for a project and an environment with the name %s',
    async (name) => {
      const cwd = folderWith({});
      await coalmine(['init', '--project', name, '--env', name], { cwd });

      expect(textOf(cwd, 'coalmine.config.yaml')).toMatch(
        new RegExp(`^project: "?${name}"?\nenvironments:\n  "?${name}"?:$`, 'm'),
      );
      expect(parse(textOf(cwd, '.github/workflows/canaries.yml'))).toMatchObject({
        on: { workflow_call: { inputs: { environment: { default: name } } } },
      });
      expect(await coalmine(['validate'], { cwd })).toMatchObject({ code: 0, stdout: '1 canary good\n' });
      expect(await coalmine(['list', '--env', name], { cwd })).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each([
    { argv: ['--project', 'My Shop'], says: "--project cannot be 'My Shop'. Write lower-case-words" },
    { argv: ['--env', 'Prod'], says: "--env cannot be 'Prod'. Write lower-case-words." },
    { argv: ['--region', 'mars-1'], says: "--region cannot be 'mars-1'. Write a region such as eu-west-1." },
    { argv: ['--url', 'shop.example'], says: '--url cannot be' },
    { argv: ['--url', 'https://x/${env:A}'], says: '--url cannot be' },
    { argv: ['--url', 'https://x:99999/'], says: '--url cannot be' },
    { argv: ['--owner', ' '], says: '--owner cannot be' },
    { argv: ['--owner', 'a\nb'], says: '--owner cannot be' },
    { argv: ['--owner', '${env:A}'], says: '--owner cannot be' },
    { argv: ['--folder', '../x'], says: '--folder cannot be' },
    { argv: ['--folder', '/x'], says: '--folder cannot be' },
    { argv: ['--ci', 'jenkins'], says: 'Allowed choices are github, gitlab, none' },
  ])('refuses $argv, and writes nothing', async ({ argv, says }) => {
    const cwd = folderWith({});

    const { code, stderr } = await coalmine(['init', ...argv], { cwd });

    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(pathsIn(cwd)).toEqual([]);
  });

  it('writes files that load, whatever owner and address it takes', async () => {
    const owner = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('yes', 'null', '1e3', '- a', 'a: b', '# a', "it's"),
    );
    const url = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.constant('https://a/#b: c'),
    );

    await fc.assert(
      fc.asyncProperty(owner, url, async (who, where) => {
        const cwd = folderWith({});
        const { code } = await coalmine(['init', '--ci', 'none', `--owner=${who}`, '--url', where], { cwd });
        if (code === 2) return;

        expect(parse(textOf(cwd, 'canaries/site-is-up.canary.yaml'))).toMatchObject({
          owner: who,
          vars: { site: where },
        });
        expect(await coalmine(['validate'], { cwd })).toMatchObject({
          code: 0,
          stdout: expect.stringContaining('1 canary good'),
        });
      }),
      { numRuns: sampleSize({ small: 15, full: 150 }) },
    );
  });

  it('says which file cannot be written', async () => {
    const cwd = folderWith({ canaries: 'a file' });

    expect(await coalmine(['init'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^'canaries\/site-is-up\.canary\.yaml' cannot be written: /),
    });
  });
});

describe('init at a terminal', () => {
  it('asks for each answer that no option gives, again if it cannot be used, and takes the default for none', async () => {
    const cwd = folderWith({});
    const { asked, ask } = person({
      'Name of the project': ['My Shop', 'my-shop'],
      'AWS region': ['us-east-1'],
      Pipeline: ['gitlab'],
    });

    const { code } = await coalmine(['init', '--env', 'prod'], { cwd, ask });

    expect(code).toBe(0);
    expect(asked).toEqual([
      'Name of the project',
      'Name of the project: write lower-case-words, at most 40 characters',
      'Address that the first canary requests',
      'Person or team to call',
      'AWS region',
      'Pipeline: github, gitlab or none',
    ]);
    expect(parse(textOf(cwd, 'coalmine.config.yaml'))).toMatchObject({
      project: 'my-shop',
      environments: { prod: { region: 'us-east-1' } },
    });
    expect(pathsIn(cwd)).toContain('.gitlab-ci.yml');
  });

  it('asks nothing with --yes', async () => {
    const { asked, ask } = person({});

    expect((await coalmine(['init', '--yes'], { cwd: folderWith({}), ask })).code).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe('init in a repository', () => {
  it('adds to package.json and .gitignore what they lack, and changes nothing else', async () => {
    const cwd = folderWith({ 'package.json': PACKAGE, '.gitignore': 'dist/\r\n*.log' });

    const { stdout } = await coalmine(['init'], {
      cwd,
      env: { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-north-1' },
    });

    expect(stdout).toContain('added to package.json\nadded to .gitignore\n');
    expect(textOf(cwd, '.gitignore')).toBe('dist/\r\n*.log\r\n.coalmine/\r\n');
    const text = textOf(cwd, 'package.json');
    expect(text).toContain(
      '\t"files": ["dist", "src"],\n\t"scripts": {\n\t\t"test": "jest",\n\t\t"canaries:validate": "coalmine validate",\n',
    );
    expect(parse(textOf(cwd, 'coalmine.config.yaml'))).toMatchObject({
      project: 'acme-order-shop',
      environments: { staging: { region: 'eu-north-1' } },
    });
  });

  it('keeps line ends of Windows and scripts of the same name', async () => {
    const cwd = folderWith({
      'package.json': '{\r\n    "scripts": {\r\n        "canaries:run": "mine"\r\n    }\r\n}\r\n',
    });

    await coalmine(['init', '--dependency', '0.1.0'], { cwd });
    const text = textOf(cwd, 'package.json');

    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(JSON.parse(text)).toMatchObject({
      scripts: { 'canaries:run': 'mine' },
      devDependencies: { coalmine: '0.1.0' },
    });
  });

  it.each(['.coalmine', '.coalmine/', '/.coalmine/', '**/.coalmine'])(
    'knows that .gitignore has %s',
    async (line) => {
      const cwd = folderWith({ '.gitignore': `${line}\n` });

      expect((await coalmine(['init'], { cwd })).stdout).toContain('kept     .gitignore');
    },
  );

  it('leaves a package.json that it cannot read, and says so', async () => {
    const cwd = folderWith({ 'package.json': '{ "name": "x", }' });

    const { stdout } = await coalmine(['init'], { cwd });

    expect(stdout).toContain(
      'package.json is not read as JSON, and was left as it is. Correct it, and run init again.',
    );
    expect(textOf(cwd, 'package.json')).toBe('{ "name": "x", }');
  });

  it('leaves a list as a package.json', async () => {
    const cwd = folderWith({ 'package.json': '[]' });

    expect((await coalmine(['init'], { cwd })).stdout).toContain('package.json is not read as JSON');
  });

  it('writes no project file below another, and takes over its environment', async () => {
    const outer = folderWith({
      'coalmine.config.yaml': 'project: shop\nenvironments:\n  prod:\n    region: us-east-2\n',
      '.gitignore': 'dist/\n',
      '.git/HEAD': '',
    });
    const cwd = join(outer, 'services');
    mkdirSync(cwd);

    const { stdout } = await coalmine(['init'], { cwd });

    expect(stdout).toContain('kept     ../coalmine.config.yaml\n');
    expect(stdout).toContain('added to ../.gitignore\n');
    expect(pathsIn(cwd)).not.toContain('coalmine.config.yaml');
    expect(textOf(outer, '.github/workflows/canaries-shop.yml')).toContain('deploy --env prod');
    expect(textOf(outer, '.github/workflows/canaries-shop.yml')).toContain('aws-region: us-east-2');
    expect(await coalmine(['validate'], { cwd })).toMatchObject({ code: 0 });
  });

  it('writes no first canary next to others, and goes by defaults if the project file is faulty', async () => {
    const cwd = folderWith({
      'coalmine.config.yaml': 'projekt: x\n',
      'canaries/orders/a.canary.yaml': 'canary: a\nowner: b\nsteps:\n  - http: GET https://x\n',
    });

    const { stdout } = await coalmine(['init'], { cwd });

    expect(pathsIn(cwd)).not.toContain('canaries/site-is-up.canary.yaml');
    expect(stdout).not.toContain('put the address of your site');
    expect(textOf(cwd, '.github/workflows/canaries.yml')).toContain('deploy --env staging');
  });

  it('leaves a package.json of a folder above as it is', async () => {
    const outer = folderWith({ 'package.json': LISTED, '.git/HEAD': '' });
    const cwd = join(outer, 'canary-tests');
    mkdirSync(cwd);

    const { stdout } = await coalmine(['init'], { cwd });

    expect(textOf(outer, 'package.json')).toBe(LISTED);
    expect(pathsIn(cwd)).not.toContain('package.json');
    expect(stdout).not.toContain('not a dependency');
    expect(textOf(cwd, 'coalmine.config.yaml')).toContain('project: canary-tests');
  });

  it('names a project of which no letter is left', async () => {
    const cwd = folderWith({ 'package.json': '{ "name": "注文" }' });

    await coalmine(['init'], { cwd });

    expect(textOf(cwd, 'coalmine.config.yaml')).toContain('project: my-project');
  });
});

describe('the dependency that init writes', () => {
  const lock = (entry: object): string => JSON.stringify({ packages: { 'node_modules/coalmine': entry } });

  it.each([
    {
      installed: { version: '0.1.0', resolved: 'https://registry.example/coalmine-0.1.0.tgz' },
      spec: '0.1.0',
    },
    {
      installed: { version: '0.1.0', resolved: 'file:vendor/coalmine-0.1.0.tgz' },
      spec: 'file:vendor/coalmine-0.1.0.tgz',
    },
  ])('is $spec, as it is installed', async ({ installed, spec }) => {
    const cwd = folderWith({ 'node_modules/.package-lock.json': lock(installed) });

    const { stdout } = await coalmine(['init'], { cwd });

    expect(JSON.parse(textOf(cwd, 'package.json'))).toMatchObject({ devDependencies: { coalmine: spec } });
    expect(stdout).toContain('Next:\n  npm install\n');
    expect(stdout).not.toContain('not a dependency');
  });

  it.each(['dependencies', 'devDependencies'])('stays as it is among the %s', async (section) => {
    const cwd = folderWith({ 'package.json': JSON.stringify({ [section]: { coalmine: '^0.1.0' } }) });

    const { stdout } = await coalmine(['init', '--dependency', '0.2.0'], { cwd });
    const { dependencies, devDependencies } = JSON.parse(textOf(cwd, 'package.json')) as Record<
      string,
      object
    >;

    expect({ ...dependencies, ...devDependencies }).toEqual({ coalmine: '^0.1.0' });
    expect(stdout).not.toContain('  npm install\n');
  });

  it('is left out if something else is installed, and if the list of what is installed is damaged', async () => {
    for (const text of [JSON.stringify({ packages: {} }), '{}', '{']) {
      const cwd = folderWith({ 'node_modules/.package-lock.json': text });

      expect((await coalmine(['init'], { cwd })).stdout).toContain(
        'Coalmine is not a dependency of this project yet.',
      );
      expect(JSON.parse(textOf(cwd, 'package.json'))).not.toHaveProperty('devDependencies');
    }
  });

  it('is warned of if a pipeline cannot find it', async () => {
    const cwd = folderWith({
      'package.json': '{ "devDependencies": { "coalmine": "file:../downloads/coalmine-0.1.0.tgz" } }',
      'pnpm-lock.yaml': '',
    });

    expect((await coalmine(['init'], { cwd })).stdout).toContain(
      'Coalmine is installed from ../downloads/coalmine-0.1.0.tgz, outside of this repository, where a pipeline does not find it. Copy that file here, and run: pnpm add --save-dev ./coalmine-0.1.0.tgz',
    );
  });
});
