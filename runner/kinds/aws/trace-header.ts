import { xrayHeaderOf } from '../../core/base/run-id.ts';
import type { ActContext } from '../kind.ts';

/** The part of an SDK command's middleware that a header is added through; each command types it its own way. */
interface Stack {
  add(
    middleware: (next: (sent: SdkRequest) => Promise<unknown>) => (sent: SdkRequest) => Promise<unknown>,
    options: { readonly step: 'build'; readonly priority: 'high'; readonly name: string },
  ): void;
}

interface SdkRequest {
  readonly request: { readonly headers: Record<string, string> };
}

/**
 * Sends `X-Amzn-Trace-Id` with one command. It is set on the command and not on the client or in the environment, which
 * concurrent runs share. The SDK's own middleware leaves a header alone that is there (read in @aws-sdk/core).
 */
export function addTraceHeader(
  command: { readonly middlewareStack: object },
  { runId, spanId, correlate }: ActContext,
): void {
  if (!correlate) return;
  const header = xrayHeaderOf(runId, spanId);
  (command.middlewareStack as Stack).add(
    (next) => async (sent) => {
      sent.request.headers['x-amzn-trace-id'] = header;
      return next(sent);
    },
    { step: 'build', priority: 'high', name: 'coalmineTraceHeader' },
  );
}
