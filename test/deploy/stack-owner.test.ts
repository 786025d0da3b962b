import { describe, expect, it } from '@jest/globals';
import { stackOf } from '../../infra/stack/index.ts';
import { artifactBucket } from '../../runner/deploy/cloudformation/artifact-bucket.ts';
import { stackNameOf } from '../../runner/deploy/cloudformation/deploy-stack.ts';
import { refusalOf } from '../../runner/deploy/cloudformation/stack-owner.ts';
import { fleetFrom } from '../support/aws/local-stack.ts';

const CANARY = `canary: orders
owner: shop
schedule: { every: 1m }
alert: { to: [] }
steps:
  - sendMessage: orders
    body: x
`;
const fleetOf = (project: string, environment: string) =>
  fleetFrom(
    {
      'coalmine.config.yaml': `project: ${project}\nenvironments: { ${environment}: {} }\n`,
      'orders.canary.yaml': CANARY,
    },
    environment,
  );
const OWN = fleetOf('shop', 'eu-prod');
const OTHER = fleetOf('shop-eu', 'prod');
const stateWith = (outputs: Readonly<Record<string, string>>) => ({
  status: 'UPDATE_COMPLETE',
  parameters: [],
  outputs,
});

/** The outputs of a deployed stack whose value is no resource, and its table. */
function outputsOf(fleet: typeof OWN): Readonly<Record<string, string>> {
  const outputs = stackOf(fleet)['Outputs'] as Readonly<Record<string, { readonly Value: unknown }>>;
  const texts = Object.entries(outputs).flatMap(([name, { Value }]) =>
    typeof Value === 'string' ? [[name, Value] as const] : [],
  );
  return { ...Object.fromEntries(texts), StateTable: 'shop-StateTable-1' };
}

describe('a deployed stack', () => {
  it('may be updated by the project and the environment that it is of', () => {
    expect(refusalOf('canaries', OWN, stateWith(outputsOf(OWN)))).toBeUndefined();
  });

  it('may be updated if an earlier version made it, which names no project', () => {
    expect(refusalOf('canaries', OWN, stateWith({ StateTable: 'shop-StateTable-1' }))).toBeUndefined();
  });

  it('is refused to another project, whose default name may be the same', () => {
    expect(stackNameOf(OTHER)).toBe(stackNameOf(OWN));
    expect(refusalOf('canaries', OWN, stateWith(outputsOf(OTHER)))).toBe(
      'The stack canaries runs the canaries of project shop-eu in environment prod, and not those of project shop in environment eu-prod. ' +
        'Nothing was changed. Deploy under another name: --stack NAME.',
    );
  });

  it('is refused to another environment of its project', () => {
    expect(refusalOf('canaries', fleetOf('shop', 'prod'), stateWith(outputsOf(OWN)))).toContain(
      'project shop in environment eu-prod',
    );
  });

  it('is refused if it is of an application, whatever its outputs are called', () => {
    expect(refusalOf('shop', OWN, stateWith({ Project: 'shop', Environment: 'eu-prod' }))).toBe(
      "The stack shop is not one of Coalmine: it has no output 'StateTable'. Nothing was changed. Deploy under another name: --stack NAME.",
    );
  });
});

describe('the stack of the bucket for archives', () => {
  it('is not made of a stack of others with its name', async () => {
    const calls: string[] = [];
    const called = (name: string) => async (): Promise<never> => {
      calls.push(name);
      throw new Error(name);
    };
    const applying = {
      api: {
        describe: async () => stateWith({}),
        createChangeSet: called('create'),
        describeChangeSet: called('describe'),
        deleteChangeSet: called('delete'),
        executeChangeSet: called('execute'),
        events: called('events'),
      },
      changeSet: 'one',
      signal: new AbortController().signal,
      pause: async () => {},
      print: () => {},
    };

    await expect(artifactBucket(applying)).rejects.toThrow('Name a bucket of yours with --bucket.');
    expect(calls).toEqual([]);
  });
});
