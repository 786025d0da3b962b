import { VERSION } from '../core/model/version.ts';
import { exitOnCrash, guardOutput, processIo } from './setup/process-io.ts';

const [, , ...argv] = process.argv;
const output = guardOutput();
if (argv[0] === '--version' || argv[0] === '-V') {
  process.stdout.write(`${VERSION}\n`);
  process.exitCode = await output.exitCode(0, argv[0]);
} else {
  let report = (thrown: unknown): void => void process.stderr.write(`${String(thrown)}\n`);
  exitOnCrash((thrown) => report(thrown));
  const [{ main, reportBug }, { secretsOf }] = await Promise.all([
    import('./main.ts'),
    import('../core/redaction/redact.ts'),
  ]);
  const io = { ...processIo(), secrets: secretsOf() };
  report = (thrown) => void reportBug(thrown, io);
  process.exitCode = await output.exitCode(await main(argv, io, VERSION), argv[0]);
}
