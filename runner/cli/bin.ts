import { hostname, userInfo } from 'node:os';
import about from '../../package.json' with { type: 'json' };
import type { Io } from './setup/io.ts';

/** The signals that end a process: Ctrl-C, a service manager, a closed terminal. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    who: { user: userInfo().username, host: hostname(), pid: process.pid },
    onInterrupt: (...stages) => {
      const left = stages.values();
      let isAsked = false;
      const listener = (signal: NodeJS.Signals): void => {
        // A terminal that is closed sends it several times, also to a process that is ending already.
        if (signal === 'SIGHUP' && isAsked) return;
        isAsked = true;
        const { value: stage } = left.next();
        if (stage === undefined) process.exit(130); // a second signal skips cleanup
        process.stderr.write(`\n${stage.says}\n`);
        stage.act();
      };
      for (const signal of ENDING) process.on(signal, listener);
      return () => {
        for (const signal of ENDING) process.off(signal, listener);
      };
    },
  };
}

/** The errors of writing to a pipe whose reader has closed it (as `head` does), and to a terminal that is closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ENXIO']);

// The run goes on to its cleanup and its exit code, even if its output is no longer read.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED.has(error.code ?? '')) throw error;
  });

const { version } = about;
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2), processIo(), version);
}
