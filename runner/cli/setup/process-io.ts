import { ownerProcess } from '../../adapters/runtime/owner-process.ts';
import { EXIT, type Io } from './io.ts';

/** The signals that end a process: Ctrl-C, a service manager, a closed terminal, Ctrl-\. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Errors of writing to a pipe whose reader has closed it, as `head` does. */
const CLOSED = new Set(['EPIPE', 'ECONNRESET']);

/** Errors of writing to a terminal that is closed; to anything else, they are faults of a device. */
const CLOSED_TERMINAL = new Set(['EIO', 'ENXIO']);

/** Commands whose exit code is a verdict: their output is a report of it, and a lost report does not change it. */
const VERDICTS = new Set<string | undefined>(['run', 'watch']);

/** Output of the process that breaks without ending it. */
export interface GuardedOutput {
  /** Exit code of a command that is over: an error if its output was lost, and its output was its purpose. */
  exitCode(code: number, command: string | undefined): Promise<number>;
}

/**
 * Keeps errors of standard output and standard error from ending the process: cleanup and notices go on. A closed pipe is silent; any other
 * loss is printed once on standard error.
 */
export function guardOutput(): GuardedOutput {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || isClosed(error, process.stdout)) return;
    isLost = true;
    process.stderr.write(`Standard output cannot be written, and its text is lost: ${error.message}\n`);
  });
  process.stderr.on('error', () => {}); // no stream is left that could report it
  return {
    exitCode: async (code, command) => {
      await new Promise((resolve) => setImmediate(resolve)); // a stream reports its error after the write
      return isLost && code === EXIT.good && !VERDICTS.has(command) ? EXIT.error : code;
    },
  };
}

function isClosed({ code = '' }: NodeJS.ErrnoException, { isTTY }: NodeJS.WriteStream): boolean {
  return CLOSED.has(code) || (isTTY && CLOSED_TERMINAL.has(code));
}

/** Ends the process with the code of an error, and a report, after an exception that no code expected. */
export function exitOnCrash(report: (thrown: unknown) => void): void {
  process.on('uncaughtException', (thrown) => {
    report(thrown);
    process.exit(EXIT.error);
  });
}

/** Access of a command to this process. */
export function processIo(): Io {
  const ask = askOnTerminal();
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    ...(ask === undefined ? {} : { ask }),
    who: ownerProcess(),
    onInterrupt: (...stages) => {
      const left = stages.values();
      let isAsked = false;
      const listener = (signal: NodeJS.Signals): void => {
        // A terminal that is closed sends it several times, also to a process that is ending already.
        if (signal === 'SIGHUP' && isAsked) return;
        isAsked = true;
        const { value: stage } = left.next();
        if (stage === undefined) process.exit(EXIT.interrupted); // a further signal skips cleanup
        process.stderr.write(`\n${stage.message}\n`);
        stage.act();
      };
      for (const signal of ENDING) process.on(signal, listener);
      return () => {
        for (const signal of ENDING) process.off(signal, listener);
      };
    },
  };
}

/** Questions at the terminal of this process; undefined without one, and in CI, where a command must not wait for a person. */
function askOnTerminal(): Io['ask'] {
  const { stdin, stdout, env } = process;
  if (!stdin.isTTY || !stdout.isTTY || (env['CI'] ?? '') !== '') return undefined;
  let opened: Promise<NonNullable<Io['ask']>> | undefined;
  return async (question, proposal) => {
    opened ??= import('./ask.ts').then(({ asker }) => asker(stdin, stdout));
    return (await opened)(question, proposal);
  };
}
