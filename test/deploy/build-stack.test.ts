import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { stackOf } from '../../infra/stack/index.ts';
import { buildStack } from '../../runner/deploy/build/build-stack.ts';
import { FUNCTIONS } from '../../runner/deploy/functions.ts';
import { fleetFrom } from '../support/aws/local-stack.ts';
import { builtCoalmine, builtFunctionCode } from '../support/built.ts';
import { folderWith } from '../support/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const CANARY = `canary: orders
owner: shop
schedule: { every: 1m }
alert: { to: [ops] }
steps:
  - sendMessage: orders
    body: x
`;
const PROJECT = `project: shop
environments: { prod: {}, staging: {} }
channels: { ops: { sns: "arn:aws:sns:eu-west-1:123456789012:ops" } }
`;

interface Template {
  readonly Globals: object;
  readonly Resources: Readonly<
    Record<string, { readonly Metadata?: object; readonly Properties: { readonly CodeUri?: unknown } }>
  >;
}

describe('a stack that is built for a project', () => {
  it('is a template whose functions lie next to it, without a part of the clone', async () => {
    const root = folderWith({ 'coalmine.config.yaml': PROJECT, 'canaries/orders.canary.yaml': CANARY });

    const built = await buildStack({
      root,
      folders: [],
      environment: 'prod',
      out: 'built',
      code: builtFunctionCode(),
    });

    if ('faults' in built) throw new Error(built.faults.join('\n'));
    const text = readFileSync(join(root, 'built/template.yaml'), 'utf8');
    const template = parse(text) as Template;
    expect(built.fleet.environment.name).toBe('prod');
    expect(template).toEqual(built.stack);
    expect(JSON.stringify(template)).not.toContain('makefile');
    expect(template.Resources['TapReaderFunction']?.Properties.CodeUri).toBe('./functions/tap-reader');
    expect(built.functions.map(({ name }) => name)).toEqual(FUNCTIONS);
    for (const name of FUNCTIONS) {
      expect(existsSync(join(built.folder, 'functions', name, 'index.js'))).toBe(true);
      expect(readFileSync(join(built.folder, 'functions', name, 'fleet.json'), 'utf8')).toContain('"orders"');
    }
  });

  it.each([
    {
      title: 'a file is faulty',
      files: { 'canaries/orders.canary.yaml': CANARY.replace('sendMessage', 'sendMesage') },
      environment: 'prod',
      fault: 'write sendMessage: orders',
    },
    { title: 'no canary is there', files: {}, environment: 'prod', fault: "no file or folder 'canaries'" },
    {
      title: 'the environment is unknown',
      files: { 'canaries/orders.canary.yaml': CANARY },
      environment: 'prd',
      fault: "There is no environment 'prd'",
    },
    {
      title: 'no environment is named',
      files: { 'canaries/orders.canary.yaml': CANARY },
      environment: undefined,
      fault: 'shop in prod, shop in staging',
    },
  ])('is not made if $title', async ({ files, environment, fault }) => {
    const root = folderWith({ 'coalmine.config.yaml': PROJECT, ...files });

    const built = await buildStack({
      root,
      folders: [],
      environment,
      out: 'built',
      code: builtFunctionCode(),
    });

    expect(built).toEqual({ faults: [expect.stringContaining(fault)] });
    expect(existsSync(join(root, 'built'))).toBe(false);
  });

  it.each([
    { title: 'functions', file: 'functions/orders/index.js', is: 'built/functions' },
    { title: 'a template', file: 'template.yaml', is: 'built/template.yaml' },
  ])('does not replace $title of others', async ({ file, is }) => {
    const files = { 'coalmine.config.yaml': PROJECT, 'canaries/orders.canary.yaml': CANARY };
    const root = folderWith({ ...files, [`built/${file}`]: '# of the shop\n' });

    const built = await buildStack({
      root,
      folders: [],
      environment: 'prod',
      out: 'built',
      code: builtFunctionCode(),
    });

    expect(built).toEqual({
      faults: [
        `${is} is there already, and is not of an earlier build. A build replaces it. Name an empty folder, such as --out stack.`,
      ],
    });
    expect(readFileSync(join(root, 'built', file), 'utf8')).toBe('# of the shop\n');
  });

  it('replaces an earlier one, also one that was ended while it was built, and keeps other files', async () => {
    const root = folderWith({ 'coalmine.config.yaml': PROJECT, 'canaries/orders.canary.yaml': CANARY });
    const build = async () =>
      buildStack({ root, folders: [], environment: 'prod', out: 'built', code: builtFunctionCode() });
    await build();
    const template = readFileSync(join(root, 'built/template.yaml'), 'utf8');
    writeFileSync(join(root, 'built/template.yaml'), template.slice(0, template.indexOf('\n') + 1));
    writeFileSync(join(root, 'built/functions/old.zip'), '');
    writeFileSync(join(root, 'built/notes.md'), 'mine');

    expect(await build()).toMatchObject({ template });
    expect(existsSync(join(root, 'built/functions/old.zip'))).toBe(false);
    expect(readFileSync(join(root, 'built/notes.md'), 'utf8')).toBe('mine');
  });
});

/** Each `key: value` or `key = value` of a block, with the key in one spelling. */
function settingsIn(block: string): ReadonlyMap<string, string> {
  const lines = [...block.matchAll(/^ *(\w+) *[:=] *(.+?),?$/gm)];
  return new Map(lines.map(([, key = '', value = '']) => [key.toLowerCase().replaceAll('_', ''), value]));
}

describe('the page on Terraform and Pulumi', () => {
  const page = readFileSync(join(ROOT, 'docs/guide/terraform-and-pulumi.md'), 'utf8');
  const blocks = [...page.matchAll(/^```(hcl|ts)\n([\s\S]*?)^```/gm)].map(([, info = '', text = '']) => ({
    info,
    text,
  }));

  it.each(blocks)('names what a built stack has, in $info', ({ text }) => {
    const { Parameters, Outputs } = stackOf(
      fleetFrom({ 'coalmine.config.yaml': PROJECT, 'orders.canary.yaml': CANARY }, 'prod'),
    ) as unknown as Record<string, Readonly<Record<string, unknown>>>;
    const settings = settingsIn(text);

    expect(settings.get('capabilities')).toMatch(
      /^\[['"]CAPABILITY_IAM['"], ['"]CAPABILITY_AUTO_EXPAND['"]\]$/,
    );
    expect(Object.keys(Parameters ?? {})).toContain(/(\w+) *[:=] *['"]team@example.com/.exec(text)?.[1]);
    expect(Object.keys(Outputs ?? {})).toContain(/outputs\[['"](\w+)/.exec(text)?.[1]);
    expect(text).toContain('stack');
    expect(text).toMatch(/functions\/(\*\.zip|\$\{name\})/);
    expect(text).toMatch(/template\.yaml/);
    for (const [open, close] of ['{}', '[]', '()']) {
      expect(text.split(open as string)).toHaveLength(text.split(close as string).length);
    }
  });
});

describe('coalmine build', () => {
  const files = {
    'coalmine.config.yaml': PROJECT,
    'canaries/orders.canary.yaml': CANARY.replace('to: [ops]', 'to: []').replace(
      'sendMessage: orders',
      'sendMessage: ${env:ORDERS_QUEUE}',
    ),
  };
  const argv = ['build', '--env', 'prod', '--out', 'built'];

  it('makes the same archives everywhere, and prints their sizes, warnings, and the parameters to be given', async () => {
    const [folders, bucket] = [folderWith(files), folderWith(files)];

    const { code, stdout, stderr } = await builtCoalmine(argv, { cwd: folders });
    await builtCoalmine([...argv, '--bucket', 'artifacts'], { cwd: bucket });

    expect(code).toBe(0);
    expect(stderr).toContain('warning: a scheduled canary without a channel');
    expect(stdout).toMatch(
      /^1 canary of project shop in environment prod\n\n {2}built\/template.yaml {2}\d+ kB\n/,
    );
    expect(stdout).toMatch(
      /\n {2}built\/functions\/worker-[0-9a-f]{16}\.zip {2}\d+ kB, and 2 kB of canaries\n/,
    );
    expect(stdout).toContain(
      'To be given at deployment:\n\n  EnvOrdersQueue  The value of ${env:ORDERS_QUEUE}.',
    );

    const [one, other] = [folders, bucket].map((root) =>
      readdirSync(join(root, 'built/functions')).filter((name) => name.endsWith('.zip')),
    );
    const { Resources } = parse(readFileSync(join(bucket, 'built/template.yaml'), 'utf8')) as Template;
    expect(one).toHaveLength(3);
    expect(one).toEqual(other);
    expect(Resources['TickFunction']?.Properties.CodeUri).toEqual({
      Bucket: 'artifacts',
      Key: `functions/${one?.find((name) => name.startsWith('tick'))}`,
    });
  });

  it('prints every fault, and makes nothing', async () => {
    const cwd = folderWith({ ...files, 'canaries/orders.canary.yaml': CANARY.replace('owner: shop', '') });

    const refused = await builtCoalmine(argv, { cwd });

    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain("canaries/orders.canary.yaml:1:1  error: a canary needs 'owner'");
    expect(existsSync(join(cwd, 'built'))).toBe(false);
  });
});
