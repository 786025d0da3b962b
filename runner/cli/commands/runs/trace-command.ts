import { type Command, Option } from 'commander';
import type { Io } from '../../setup/io.ts';
import { collect, stateful } from '../options.ts';
import type { TraceOptions } from './trace.ts';

const RIGHTS = `
Rights, for the sources that the canaries name:
  runs         of the state: none for a file; dynamodb:GetItem and dynamodb:Query for a table
  journal      dynamodb:Query on the table
  log groups   logs:FilterLogEvents
  executions   states:ListExecutions, states:DescribeExecution, states:GetExecutionHistory
  X-Ray        xray:BatchGetTraces, xray:GetTraceSegmentDestination
`;

/** Adds the command that follows one series of events. */
export function addTrace(program: Command, io: Io, done: (code: number) => void): void {
  stateful(program.command('trace'))
    .description('show all that is known of one series of events, in the order of time')
    .argument('<id>', 'a run id, its first digits, a trace id, or any value of the system')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .option(
      '--since <duration>',
      'how far back to read, such as 2h; as the id says, or an hour, when left out',
    )
    .option('--log-group <name>', 'a log group that no canary names; may be repeated', collect, [])
    .addOption(new Option('--html <file>', 'as a page for a browser').conflicts('format'))
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', RIGHTS)
    .action(async (id: string, paths: string[], options: TraceOptions) => {
      const { trace } = await import('./trace.ts');
      done(await trace(id, paths, options, io));
    });
}
