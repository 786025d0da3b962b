import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { buildStack } from '../../runner/deploy/build/build-stack.ts';
import { FUNCTIONS } from '../../runner/deploy/functions.ts';
import { folderWith } from '../support/command.ts';

const CANARY = `canary: orders
owner: shop
schedule: { every: 1m }
alert: { to: [] }
steps:
  - sendMessage: orders
    body: x
`;
const PROJECT = 'project: shop\nenvironments: { prod: {}, staging: {} }\n';

interface Template {
  readonly Globals: object;
  readonly Resources: Readonly<
    Record<string, { readonly Metadata?: object; readonly Properties: { readonly CodeUri?: unknown } }>
  >;
}

describe('a stack that is built for a project', () => {
  it('is a template whose functions lie next to it, without a part of the clone', async () => {
    const root = folderWith({ 'coalmine.config.yaml': PROJECT, 'canaries/orders.canary.yaml': CANARY });

    const built = await buildStack({ root, folders: [], environment: 'prod', out: 'built' });

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

    const built = await buildStack({ root, folders: [], environment, out: 'built' });

    expect(built).toEqual({ faults: [expect.stringContaining(fault)] });
    expect(existsSync(join(root, 'built'))).toBe(false);
  });
});
