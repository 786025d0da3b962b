import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packForTests } from './setup/packed.ts';
import { installTools } from './setup/tools.ts';

/** `npm run test:packages`: packs both packages, installs them into empty projects, and uses them there as the docs show. */
const ROOT = join(import.meta.dirname, '../../..');

installTools();
packForTests();
const jest = [
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  ...['--config', join(ROOT, 'jest.packages.config.mjs')],
];
const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
