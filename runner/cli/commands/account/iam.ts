import { visibleJson } from '../../../core/base/format.ts';
import { type FleetNeeds, type Need, type NeedsFor, needsOf } from '../../../deploy/needs.ts';
import { statementsOf } from '../../../deploy/statements.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneFleet, select, sound } from '../../setup/selection.ts';

export interface IamOptions {
  readonly env?: string;
  readonly format: 'text' | 'json';
}

/** `coalmine iam`: the permissions that canaries and channels need, as the stack grants them to its worker. */
export async function iam(paths: readonly string[], options: IamOptions, io: Io): Promise<number> {
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const fleet = oneFleet(loaded, options.env, 'iam');
  const needs = needsOf({ ...fleet, readsTaps: true });
  const text = options.format === 'json' ? visibleJson(policyOf(needs), 2) : formatNeeds(needs, fleet);
  io.stdout.write(`${text}\n`);
  return EXIT.good;
}

/** A policy for CloudFormation, and the parameters that stand in it. */
function policyOf(needs: FleetNeeds) {
  const Statement = statementsOf([...needs.canaries, ...needs.channels]);
  return { PolicyDocument: { Version: '2012-10-17', Statement }, Parameters: needs.parameters };
}

function formatNeeds(needs: FleetNeeds, { project, environment }: NeedsFor): string {
  const all = [...needs.canaries, ...needs.channels];
  const actions = [...Map.groupBy(all, ({ action }) => action)].toSorted(([a], [b]) => a.localeCompare(b));
  const where = `project ${project.name}, environment ${environment.name}`;
  return [
    all.length === 0 ? `Nothing in AWS is needed (${where}).` : `Needed by ${where}:`,
    ...actions.flatMap(([action, some]) => ['', `  ${action}`, ...formatResources(some)]),
    ...(needs.parameters.length === 0 ? [] : ['', 'To be given when the stack is deployed:', '']),
    ...needs.parameters.map(({ name, description }) => `  ${name}  ${description}`),
    ...(needs.readsSecrets
      ? ['', 'Where parameters and secrets are encrypted by a key of your own: kms:Decrypt on it.']
      : []),
    '',
    "The stack's own permissions (state, queues, logs, taps) are not included: 'npm run generate' writes them into template.yaml.",
  ].join('\n');
}

function formatResources(needs: readonly Need[]): readonly string[] {
  const byResource = Map.groupBy(needs, ({ on: { arn, ifName } }) =>
    ifName === undefined ? arn : `${ifName.arn}, or the ARN in ${ifName.parameter}`,
  );
  return [...byResource].flatMap(([resource, some]) => [
    `    on ${resource}`,
    `       for ${[...new Set(some.map(({ by }) => by))].join(', ')}`,
  ]);
}
