import { hostname, userInfo } from 'node:os';
import about from '../../package.json' with { type: 'json' };
import type { Io } from './io.ts';

/** The process around a command. */
function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    who: { user: userInfo().username, host: hostname(), pid: process.pid },
    onInterrupt: (...stages) => {
      const left = stages.values();
      const listener = (): void => {
        const { value: stage } = left.next();
        if (stage === undefined) process.exit(130); // who asks once more does not wait for cleanup
        process.stderr.write(`\n${stage.says}\n`);
        stage.act();
      };
      process.on('SIGINT', listener).on('SIGTERM', listener);
      return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}

// Readers such as `head` close a pipe when they have enough; the run goes on to its cleanup and its exit code.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const { version } = about;
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2), processIo(), version);
}
