import { describe, expect, it } from '@jest/globals';
import {
  type Applying,
  applyStack,
  DeploymentInterrupted,
  firstCauseOf,
} from '../../runner/deploy/cloudformation/apply-stack.ts';
import { parameterValues } from '../../runner/deploy/cloudformation/parameter-values.ts';
import type {
  ChangeSetState,
  ResourceChange,
  StackApi,
  StackEvent,
} from '../../runner/deploy/cloudformation/stack-api.ts';
import { nextStepOf } from '../../runner/deploy/cloudformation/stack-status.ts';

describe('the next step for a stack', () => {
  it.each([
    { status: undefined, next: 'create' },
    { status: 'REVIEW_IN_PROGRESS', next: 'create' },
    { status: 'CREATE_COMPLETE', next: 'update' },
    { status: 'UPDATE_COMPLETE', next: 'update' },
    { status: 'UPDATE_ROLLBACK_COMPLETE', next: 'update' },
    { status: 'IMPORT_COMPLETE', next: 'update' },
  ])('is to $next it in $status', ({ status, next }) => {
    expect(nextStepOf('shop', status)).toBe(next);
  });

  it.each([
    { status: 'UPDATE_IN_PROGRESS', remedy: 'Wait until it ends' },
    { status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', remedy: 'Wait until it ends' },
    { status: 'DELETE_IN_PROGRESS', remedy: 'Wait until it ends' },
    { status: 'ROLLBACK_COMPLETE', remedy: 'aws cloudformation delete-stack --stack-name shop' },
    { status: 'ROLLBACK_FAILED', remedy: 'aws cloudformation delete-stack --stack-name shop' },
    { status: 'CREATE_FAILED', remedy: 'aws cloudformation delete-stack --stack-name shop' },
    { status: 'DELETE_FAILED', remedy: 'delete the stack again' },
    { status: 'UPDATE_FAILED', remedy: 'aws cloudformation rollback-stack --stack-name shop' },
    {
      status: 'UPDATE_ROLLBACK_FAILED',
      remedy: 'aws cloudformation continue-update-rollback --stack-name shop',
    },
  ])('is the remedy of $status', ({ status, remedy }) => {
    const next = nextStepOf('shop', status);

    expect(next).toEqual({ fault: expect.stringContaining(`The stack shop is in ${status}: `) });
    expect(next).toEqual({ fault: expect.stringContaining(remedy) });
  });
});

const event = (id: string, name: string, status: string, reason = ''): StackEvent => ({
  id,
  name,
  type: `AWS::Some::${name}`,
  status,
  reason,
});

describe('the first cause of a failure', () => {
  it('is the first event that is no consequence of another', () => {
    const events = [
      event('1', 'Dashboard', 'CREATE_FAILED', 'Resource creation cancelled'),
      event('2', 'TickFunction', 'CREATE_FAILED', 'Not enough concurrency'),
      event(
        '3',
        'shop',
        'ROLLBACK_IN_PROGRESS',
        'The following resource(s) failed to create: [TickFunction].',
      ),
    ];

    expect(firstCauseOf(events)).toBe(
      'TickFunction (AWS::Some::TickFunction) failed: Not enough concurrency.',
    );
    expect(firstCauseOf(events.slice(0, 1))).toContain('Dashboard');
    expect(firstCauseOf([])).toContain('no event says why');
  });
});

const WANTED = {
  stack: 'shop',
  template: { url: 'https://b/t' },
  parameters: [],
  kept: ['StateTable'],
  refusal: (): string | undefined => undefined,
};

/** A CloudFormation of fixed answers, one after the other; the last one stays. */
function fixedApi({
  statuses,
  sets = [{ status: 'ready', reason: '', changes: [change('TickFunction')] }],
  events = [],
}: {
  readonly statuses: readonly (string | undefined)[];
  readonly sets?: readonly ChangeSetState[];
  readonly events?: readonly (readonly StackEvent[])[];
}) {
  const calls: string[] = [];
  const nextOf = <T>(answers: readonly T[]) => {
    let index = -1;
    return () => answers[(index = Math.min(index + 1, answers.length - 1))] as T;
  };
  const [status, set, news] = [nextOf(statuses), nextOf(sets), nextOf([[], ...events])];
  const api: StackApi = {
    describe: async () => {
      const one = status();
      return one === undefined ? undefined : { status: one, parameters: [], outputs: {} };
    },
    createChangeSet: async ({ type }) => void calls.push(`create ${type}`),
    describeChangeSet: async () => set(),
    deleteChangeSet: async () => void calls.push('delete'),
    executeChangeSet: async () => void calls.push('execute'),
    events: async (_, isKnown) => news().filter(({ id }) => !isKnown(id)),
  };
  return { api, calls };
}

function change(name: string, more: Partial<ResourceChange> = {}): ResourceChange {
  return { action: 'Modify', name, type: 'AWS::Lambda::Function', replaces: false, ...more };
}

function applyingWith(api: StackApi, signal: AbortSignal = new AbortController().signal) {
  const lines: string[] = [];
  const applying: Applying = {
    api,
    changeSet: 'one',
    signal,
    pause: async () => {},
    print: (line) => void lines.push(line),
  };
  return { applying, lines };
}

describe('applying a template', () => {
  it('creates a stack, and prints its changes and its events in their order', async () => {
    const { api, calls } = fixedApi({
      statuses: [undefined, 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
      sets: [
        { status: 'working', reason: '', changes: [] },
        { status: 'ready', reason: '', changes: [change('TickFunction', { action: 'Add' })] },
      ],
      events: [
        [event('1', 'shop', 'CREATE_IN_PROGRESS')],
        [event('3', 'shop', 'CREATE_COMPLETE'), event('2', 'TickFunction', 'CREATE_COMPLETE')],
      ],
    });
    const { applying, lines } = applyingWith(api);

    expect(await applyStack(WANTED, applying)).toBe('created');
    expect(calls).toEqual(['create CREATE', 'execute']);
    expect(lines).toEqual([
      '  add        TickFunction  (AWS::Lambda::Function)',
      '  CREATE_COMPLETE          TickFunction',
      '  CREATE_COMPLETE          shop',
    ]);
  });

  it('waits for the beginning of an update, and does not take the end of the last one for its own', async () => {
    const { api } = fixedApi({
      statuses: [
        'UPDATE_COMPLETE',
        'UPDATE_COMPLETE',
        'UPDATE_IN_PROGRESS',
        'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      ],
      events: [[], [event('1', 'shop', 'UPDATE_IN_PROGRESS')]],
    });

    expect(await applyStack(WANTED, applyingWith(api).applying)).toBe('updated');
  });

  it('changes nothing if the stack is as the template has it', async () => {
    const { api, calls } = fixedApi({
      statuses: ['CREATE_COMPLETE'],
      sets: [{ status: 'failed', reason: "The submitted information didn't contain changes.", changes: [] }],
    });

    expect(await applyStack(WANTED, applyingWith(api).applying)).toBe('unchanged');
    expect(calls).toEqual(['create UPDATE', 'delete']);
  });

  it.each([
    { more: { replaces: true }, word: 'replace' },
    { more: { action: 'Remove' as const }, word: 'remove' },
  ])('refuses to $word what holds the state', async ({ more, word }) => {
    const changes = [change('StateTable', more)];
    const { api, calls } = fixedApi({
      statuses: ['CREATE_COMPLETE'],
      sets: [{ status: 'ready', reason: '', changes }],
    });

    await expect(applyStack(WANTED, applyingWith(api).applying)).rejects.toThrow(`would ${word} StateTable`);
    expect(calls).toEqual(['create UPDATE', 'delete']);
  });

  it('gives the first cause of a failure, the state of the stack, and the remedy', async () => {
    const { api } = fixedApi({
      statuses: [undefined, 'ROLLBACK_COMPLETE'],
      events: [[event('1', 'TickFunction', 'CREATE_FAILED', 'No right to iam:PassRole')]],
    });
    const { applying, lines } = applyingWith(api);

    await expect(applyStack(WANTED, applying)).rejects.toThrow(
      'TickFunction (AWS::Some::TickFunction) failed: No right to iam:PassRole. The stack shop is now in ROLLBACK_COMPLETE. ' +
        'CloudFormation removed what it had made, except for what is kept: a state table or a bucket. Fix the cause. Delete it (aws cloudformation delete-stack',
    );
    expect(lines.at(-1)).toBe('  CREATE_FAILED            TickFunction  No right to iam:PassRole');
  });

  it('gives the reason why CloudFormation does not take a template', async () => {
    const { api, calls } = fixedApi({
      statuses: ['CREATE_COMPLETE'],
      sets: [{ status: 'failed', reason: 'Template error: no such parameter', changes: [] }],
    });

    await expect(applyStack(WANTED, applyingWith(api).applying)).rejects.toThrow('no such parameter');
    expect(calls).toEqual(['create UPDATE', 'delete']);
  });

  it('makes no change set for a stack of others', async () => {
    const refusal = (): string => 'The stack shop is the shop itself.';
    const { api, calls } = fixedApi({ statuses: ['CREATE_COMPLETE'] });

    await expect(applyStack({ ...WANTED, refusal }, applyingWith(api).applying)).rejects.toThrow(refusal());
    expect(calls).toEqual([]);
  });

  it('creates a stack that has no resource yet, also one that another process began', async () => {
    const { api, calls } = fixedApi({
      statuses: ['REVIEW_IN_PROGRESS', 'CREATE_COMPLETE'],
      events: [[event('1', 'shop', 'CREATE_COMPLETE')]],
    });

    expect(await applyStack({ ...WANTED, refusal: () => 'of others' }, applyingWith(api).applying)).toBe(
      'created',
    );
    expect(calls).toEqual(['create CREATE', 'execute']);
  });

  it('makes no change set after it was interrupted', async () => {
    const { api, calls } = fixedApi({ statuses: ['CREATE_COMPLETE'] });

    await expect(applyStack(WANTED, applyingWith(api, AbortSignal.abort()).applying)).rejects.toThrow(
      new DeploymentInterrupted('The stack shop was not changed.'),
    );
    expect(calls).toEqual([]);
  });

  it.each(['ready', 'failed'] as const)(
    'deletes a change set when it is interrupted, once the change set is %s',
    async (status) => {
      const ending = new AbortController();
      const working = { status: 'working' as const, reason: '', changes: [] };
      const { api, calls } = fixedApi({
        statuses: ['CREATE_COMPLETE'],
        sets: [working, working, { status, reason: '', changes: [change('TickFunction')] }],
      });
      const pause = async (): Promise<void> => {
        ending.abort();
        calls.push('pause');
      };

      await expect(
        applyStack(WANTED, { ...applyingWith(api, ending.signal).applying, pause }),
      ).rejects.toThrow(
        new DeploymentInterrupted('The stack shop was not changed: its change set was deleted.'),
      );
      expect(calls).toEqual(['create UPDATE', 'pause', 'pause', 'delete']);
    },
  );

  it('does not execute a change set when it is interrupted after the changes are printed', async () => {
    const ending = new AbortController();
    const { api, calls } = fixedApi({ statuses: ['CREATE_COMPLETE'] });
    const print = (): void => ending.abort();

    await expect(applyStack(WANTED, { ...applyingWith(api, ending.signal).applying, print })).rejects.toThrow(
      DeploymentInterrupted,
    );
    expect(calls).toEqual(['create UPDATE', 'delete']);
  });

  it('leaves a deployment that has begun to CloudFormation when it is interrupted', async () => {
    const ending = new AbortController();
    const { api } = fixedApi({
      statuses: ['CREATE_COMPLETE', 'UPDATE_IN_PROGRESS'],
      events: [[event('1', 'shop', 'UPDATE_IN_PROGRESS')]],
    });
    const { applying } = applyingWith(api, ending.signal);
    const pause = async (): Promise<void> => ending.abort();

    await expect(applyStack(WANTED, { ...applying, pause })).rejects.toThrow(
      'CloudFormation goes on with the stack shop, which is in UPDATE_IN_PROGRESS.',
    );
  });
});

describe('values of parameters', () => {
  const parameters = {
    EnvBus: { Description: 'The value of ${env:BUS}.' },
    MostWorkers: { Default: 10, AllowedValues: [10, 20] },
    HeartbeatUrl: {
      Default: '',
      NoEcho: true,
      AllowedPattern: '^$|^https://.+',
      ConstraintDescription: 'an https:// address',
    },
  };
  const variables = { BUS: 'EnvBus' };
  const ask = (more: Partial<Parameters<typeof parameterValues>[0]> = {}) =>
    parameterValues({ parameters, rules: {}, given: [], deployed: [], variables, env: {}, ...more });

  it.each([
    {
      title: 'the command line',
      more: { given: ['EnvBus=a=b'], env: { BUS: 'c' }, deployed: ['EnvBus'] },
      is: { value: 'a=b', from: '--parameter' },
    },
    {
      title: 'the variable',
      more: { env: { BUS: 'c' }, deployed: ['EnvBus'] },
      is: { value: 'c', from: 'BUS' },
    },
    { title: 'the deployed stack', more: { deployed: ['EnvBus'] }, is: { from: 'as deployed' } },
    {
      title: 'the deployed stack, if the variable is empty',
      more: { env: { BUS: '' }, deployed: ['EnvBus'] },
      is: { from: 'as deployed' },
    },
  ])('come from $title', ({ more, is }) => {
    expect(ask(more)).toEqual({ values: [{ name: 'EnvBus', hidden: false, ...is }], faults: [] });
  });

  it('keep no AllowShrink of an earlier deployment', () => {
    const shrink = { AllowShrink: { Default: 'no', AllowedValues: ['no', 'yes'] } };
    const valuesOf = (more: Partial<Parameters<typeof parameterValues>[0]>) =>
      ask({ parameters: shrink, ...more }).values;

    expect(valuesOf({})).toEqual([]);
    expect(valuesOf({ deployed: ['AllowShrink'] })).toEqual([
      { name: 'AllowShrink', value: 'no', from: 'default', hidden: false },
    ]);
    expect(valuesOf({ deployed: ['AllowShrink'], given: ['AllowShrink=yes'] })).toEqual([
      { name: 'AllowShrink', value: 'yes', from: '--parameter', hidden: false },
    ]);
  });

  it.each([
    {
      more: {},
      fault:
        'The parameter EnvBus has no value. Give it: --parameter EnvBus=…, or set BUS. The value of ${env:BUS}.',
    },
    { more: { env: { BUS: '' } }, fault: 'The parameter EnvBus has no value.' },
    {
      more: { given: ['EnvBus=a', 'EnvBuss=a'] },
      fault: "There is no parameter 'EnvBuss'. Did you mean 'EnvBus'?",
    },
    {
      more: { given: ['EnvBus=a', 'MostWorkers'] },
      fault: "'MostWorkers' gives no parameter a value. Write --parameter NAME=VALUE.",
    },
    {
      more: { given: ['EnvBus=a', 'MostWorkers=3'] },
      fault: "'3' is not allowed for the parameter MostWorkers. Give one of 10, 20.",
    },
    {
      more: { given: ['EnvBus=a', 'HeartbeatUrl=secret'] },
      fault: 'Its value is not allowed for the parameter HeartbeatUrl. Give an https:// address.',
    },
  ])('are refused: $fault', ({ more, fault }) => {
    expect(ask(more).faults).toEqual([expect.stringContaining(fault)]);
  });
});
