import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployShop } from '../../../examples/shop/deploy.ts';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { builtCommand } from '../../support/built.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const execute = promisify(execFile);

let aws: LocalAws;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  aws = await startLocalAws();
  const { variables } = await deployShop(aws, undefined);
  env = { ...process.env, ...variables };
});
afterAll(async () => aws.close());

const coalmine = async (...argv: readonly string[]): Promise<string> =>
  (await execute(process.execPath, [builtCommand(), ...argv], { cwd: ROOT, env })).stdout;

describe('the bundle that people install', () => {
  it('makes taps, and runs a canary of each kind over a real connection', async () => {
    expect(await coalmine('tap', 'canaries/shop')).toContain('there  bus shop');
    expect(await coalmine('run', 'canaries/shop')).toMatch(/4 canaries: 4 passed/);
  });

  it('knows its version, and the files', async () => {
    expect(await coalmine('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await coalmine('validate', 'canaries')).toBe('5 canaries good\n');
  });
});
