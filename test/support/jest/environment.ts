import { fixedParts, partsThatDiffer } from './fixed-parts.ts';
import { jest } from './globals.ts';

/** Runs a test file among the globals of the process: puts back what it may change there, and fails it for what it may not. */
export default class SharedProcess {
  readonly global = globalThis;
  readonly moduleMocker = jest;
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;
  private readonly before = {
    console,
    exit: process.exit,
    exitCode: process.exitCode,
    environment: { ...process.env },
    folder: process.cwd(),
  };
  private readonly fixed = fixedParts();

  getVmContext(): null {
    return null;
  }

  async setup(): Promise<void> {
    // jest's own formatter asks for source maps. Types become blanks, so each place is true.
    Reflect.deleteProperty(Error, 'prepareStackTrace');
  }

  async teardown(): Promise<void> {
    jest.restoreAllMocks();
    const { console, exit, exitCode, environment, folder } = this.before;
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode;
    process.chdir(folder);
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    const left = partsThatDiffer(this.fixed, fixedParts());
    if (left.length > 0)
      throw new Error(`The test file left ${left.join(', ')} changed. Put it back after the test.`);
  }
}
