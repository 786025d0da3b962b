import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fixedParts, partsThatDiffer } from './fixed-parts.ts';
import { jest } from './globals.ts';
import { leftOpen, openResources } from './open-resources.ts';

/** Closing takes some turns of the event loop; on a busy machine, seconds. */
const CLOSED_WITHIN_MS = 5_000;

interface TestEvent {
  readonly name: string;
  readonly test?: { readonly errors: readonly unknown[] };
}

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
    authorities: getCACertificates('default'),
  };
  private readonly fixed = fixedParts();
  private readonly open = openResources();

  private hasFailed = false;
  private hasRun = false;

  getVmContext(): null {
    return null;
  }

  async setup(): Promise<void> {
    // jest's own formatter asks for source maps. Types become blanks, so each place is true.
    Reflect.deleteProperty(Error, 'prepareStackTrace');
  }

  /** A test that fails is the message, and so is a file that cannot be read; either may have ended before it put things back. */
  handleTestEvent({ name, test }: TestEvent): void {
    if (name === 'run_finish') this.hasRun = true;
    if (name === 'error') this.hasFailed = true;
    if (name === 'test_done' && test !== undefined && test.errors.length > 0) this.hasFailed = true;
  }

  async teardown(): Promise<void> {
    jest.restoreAllMocks();
    const { console, exit, exitCode, environment, folder, authorities } = this.before;
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode;
    process.chdir(folder);
    if (getCACertificates('default').length !== authorities.length) setDefaultCACertificates(authorities);
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    if (this.hasRun && !this.hasFailed) await this.failForLeftovers();
  }

  private async failForLeftovers(): Promise<void> {
    const left = partsThatDiffer(this.fixed, fixedParts());
    if (left.length > 0)
      throw new Error(`The test file left ${left.join(', ')} changed. Put it back after the test.`);
    const open = await leftOpen(this.open, CLOSED_WITHIN_MS);
    if (open.length > 0)
      throw new Error(
        `The test file left ${open.join(', ')} open, which keeps the process alive. Close it after the test.`,
      );
  }
}
