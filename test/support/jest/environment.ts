import { jest } from './globals.ts';

/** Runs a test file among the globals of the process, and puts back what it changed there. */
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
  }
}
