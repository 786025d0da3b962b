import { logGroupNameOf } from '../../core/aws/resources/log-group.ts';
import type { Question } from '../question/question.ts';

export interface LogGroupFacts {
  readonly name: string;
  readonly exists: boolean;
  readonly logClass: string;
}

/** Checks that the log group exists, and that its lines can be searched. */
export const logGroup: Question<LogGroupFacts> = {
  called: ({ name }) => `log group ${logGroupNameOf(name)}`,
  missing: () => MISSING,
  ask: async ({ name: address }, { clients, signal }) => {
    const { CloudWatchLogsClient, DescribeLogGroupsCommand } = await import(
      '@aws-sdk/client-cloudwatch-logs'
    );
    const client = clients.clientOf(CloudWatchLogsClient, 'observe', address);
    const name = logGroupNameOf(address);
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }), {
      abortSignal: signal,
    });
    const found = logGroups.find(({ logGroupName }) => logGroupName === name);
    return { name, exists: found !== undefined, logClass: found?.logGroupClass ?? 'STANDARD' };
  },
  judge: ({ name, exists, logClass }) => {
    if (!exists)
      return [
        {
          level: 'problem',
          what: `log group ${name} is not there`,
          why: 'A function makes its log group when it first runs: this one may never have.',
          todo: MISSING,
        },
      ];
    if (logClass === 'STANDARD') return [];
    return [
      {
        level: 'doubt',
        what: `log group ${name} is of the class ${logClass}`,
        why: 'Such groups have not all that the standard class has, and searching lines may not be among it.',
        todo: 'Run the canary once, and see whether it finds its line.',
      },
    ];
  },
};

const MISSING = "Check its name, and the environment's region and account.";
