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
  it.each([
    {
      title: 'an older Node',
      options: [
        '--experimental-vm-modules',
        '--import',
        "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})",
      ],
      line: "Node is 20.20.2, but the tests need >=24. Run 'npm ci', which installs it, then 'npm test'.\n",
    },
    {
      title: 'a Node without modules in a VM',
      options: [],
      line: "jest runs without --experimental-vm-modules. Run 'npm test -- FILE', which passes it.\n",
    },
  ])('on $title ends with one line that names the remedy', ({ options, line }) => {
    expect(jest(...options)).toMatchObject({ status: 1, stdout: '', stderr: line });
  });

  it('on the right Node finds the tests', () => {
    expect(jest('--experimental-vm-modules')).toMatchObject({
      status: 0,
      stdout: `${import.meta.filename}\n`,
    });
  });
});
