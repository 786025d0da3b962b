import { shortReason, visibleJson } from '../core/base/format.ts';

/** Environment and output of a function. */
export interface LambdaEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line on standard output, as it is: the console would wrap it, and metrics in it would be lost. */
  line(text: string): void;
}

export interface Invocation {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** The process, as the functions use it. */
export const PROCESS: LambdaEnvironment = {
  env: process.env,
  line: (text) => void process.stdout.write(text),
};

/** Writes a line for the log and for Logs Insights. */
export function log(
  around: Pick<LambdaEnvironment, 'line'>,
  level: 'INFO' | 'WARN' | 'ERROR',
  message: string,
  more: object = {},
): void {
  around.line(`${visibleJson({ level, message: shortReason(message), ...more })}\n`);
}
