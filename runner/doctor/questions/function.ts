import type { Question } from '../question/question.ts';

export interface FunctionFacts {
  readonly name: string;
  readonly state: string;
  readonly why: string;
  readonly lastUpdate: string;
}

/** Checks that the function exists, with that version or alias, and that it can be called. */
export const lambdaFunction: Question<FunctionFacts> = {
  called: ({ name }) => `function ${name}`,
  missing: () => "Check its name, its version or alias, and the environment's region and account.",
  ask: async ({ name }, { clients, signal }) => {
    const { LambdaClient, GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    const client = clients.clientOf(LambdaClient, 'observe', name);
    const { State, StateReason, LastUpdateStatus } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
      { abortSignal: signal },
    );
    return {
      name,
      state: State ?? 'Active',
      why: StateReason ?? '',
      lastUpdate: LastUpdateStatus ?? 'Successful',
    };
  },
  judge: ({ name, state, why, lastUpdate }) => {
    if (state === 'Failed' || state === 'Pending')
      return [{ level: 'problem', what: `function ${name} is ${state}`, ...(why === '' ? {} : { why }) }];
    if (lastUpdate !== 'Failed') return [];
    return [
      {
        level: 'doubt',
        what: `the last update of function ${name} failed`,
        why: 'The function still runs its earlier code.',
        todo: 'Deploy it again.',
      },
    ];
  },
};
