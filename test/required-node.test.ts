import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');

function jest(...options: readonly string[]) {
  const argv = [...options, 'node_modules/jest/bin/jest.js', '--listTests', 'test/required-node'];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8', env });
}

describe('jest', () => {
  it('on an older Node ends with one line that names the remedy', () => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

    expect(jest('--import', older)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: "Node is 20.20.2, but the tests need >=24. Run 'npm ci', which installs it, then 'npm test'.\n",
    });
  });

  it('on the right Node finds the tests', () => {
    expect(jest()).toMatchObject({ status: 0, stdout: `${import.meta.filename}\n` });
  });
});
