import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtCommand, builtPackage } from '../support/built.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs Node as if it had another version. */
function nodeAs(version: string, ...argv: readonly string[]) {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
  return spawnSync(process.execPath, ['--import', pretend, ...argv], { cwd: ROOT, encoding: 'utf8' });
}

/** The kit, built of the sources as they are. */
const KIT = join(builtPackage(), 'trace/index.mjs');

const importing = (module: string): readonly string[] => [
  '--input-type=module',
  '--eval',
  `await import('${module}').catch(({ message }) => { console.error(message); process.exitCode = 2; })`,
];

describe('on a Node that is too old', () => {
  it.each([
    {
      title: 'the command',
      version: '22.20.0',
      needs: 24,
      name: 'Coalmine',
      argv: [builtCommand(), 'list'],
    },
    {
      title: 'the library',
      version: '22.20.0',
      needs: 24,
      name: 'Coalmine',
      argv: importing(join(builtPackage(), 'required-node.mjs')),
    },
    {
      title: 'the trace kit',
      version: '20.20.2',
      needs: 22,
      name: '@coalmine/trace',
      argv: importing(KIT),
    },
  ])('$title ends with one line that names the remedies', ({ version, needs, name, argv }) => {
    const line =
      `${name} needs Node ${needs} or newer; this is ${version}. Install Node ${needs} (in CI too), or add it to your repository, ` +
      `where npx and npm run use it: npm install --save-dev node@${needs}\n`;

    expect(nodeAs(version, ...argv)).toMatchObject({ status: 2, stdout: '', stderr: line });
  });

  it('the trace kit runs on Node 22', () => {
    expect(nodeAs('22.0.0', ...importing(KIT))).toMatchObject({ status: 0, stderr: '' });
  });
});
