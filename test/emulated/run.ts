import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { makeCollector } from './setup/collector.ts';
import { makeEnvironment } from './setup/python.ts';

/** `npm run test:aws`: makes the emulator's environment and the collector, and runs the tests that need them. */
const ROOT = join(import.meta.dirname, '..', '..');

try {
  makeEnvironment();
  const skipped = makeCollector();
  if (skipped !== undefined) process.stderr.write(`${skipped}\n`);
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
