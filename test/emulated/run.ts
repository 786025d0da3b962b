import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { makeEnvironment } from './setup/python.ts';

/** `npm run test:aws`: makes the emulator's environment, and runs the tests that need it. */
const ROOT = join(import.meta.dirname, '..', '..');

try {
  makeEnvironment();
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n`);
  process.exit(1);
}
const jest = [
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  ...['--config', join(ROOT, 'jest.emulated.config.mjs')],
];
const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
