import type { Question } from '../question/question.ts';

/** Checks that traces are readable, and not moved out of X-Ray by Transaction Search. */
export const traces: Question<string> = {
  called: () => 'X-Ray traces',
  missing: () => 'Check the region.',
  ask: async (_, { clients, signal }) => {
    const { XRayClient, GetTraceSegmentDestinationCommand } = await import('@aws-sdk/client-xray');
    const client = clients.clientOf(XRayClient, 'observe');
    const { Destination = 'XRay' } = await client.send(new GetTraceSegmentDestinationCommand({}), {
      abortSignal: signal,
    });
    return Destination;
  },
  judge: (destination) =>
    destination === 'CloudWatchLogs'
      ? [
          {
            level: 'problem',
            what: 'this account sends its traces to CloudWatch Logs (Transaction Search)',
            why: "'expect: trace' cannot see them there, so this check ends in an error.",
            todo: 'Expect a log line of the log group aws/spans instead, or switch Transaction Search off.',
          },
        ]
      : [],
};
