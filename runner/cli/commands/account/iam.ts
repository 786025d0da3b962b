import { locationOf } from '../../../core/aws/location.ts';
import { suggestion } from '../../../core/base/did-you-mean.ts';
import { visibleJson } from '../../../core/base/format.ts';
import { iamPolicy, POLICY_SIZES, policySize } from '../../../deploy/iam-policy.ts';
import { type FleetNeeds, type Need, type NeedsFor, needsOf } from '../../../deploy/needs.ts';
import { NAMES, OWN_VARIABLES } from '../../../deploy/stack-parameters.ts';
import { statementsOf } from '../../../deploy/statements.ts';
import { select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { regionIn } from '../../../settings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneFleet, sound } from '../../setup/selection.ts';

export interface IamOptions {
  readonly env?: string;
  /** The account of the resources, 12 digits. */
  readonly account?: string;
  /** Values of parameters, each as `NAME=VALUE`. */
  readonly parameter: readonly string[];
  readonly format: 'text' | 'json' | 'cloudformation';
}

/** `coalmine iam`: the permissions that canaries and channels need, as the stack grants them to its worker. */
export async function iam(paths: readonly string[], options: IamOptions, io: Io): Promise<number> {
  if (options.format !== 'json' && (options.account !== undefined || options.parameter.length > 0))
    throw new UsageError(
      '--account and --parameter give values to a policy for IAM, which --format json prints.',
    );
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const fleet = oneFleet(loaded, options.env, 'iam');
  const needs = needsOf({ ...fleet, readsTaps: true });
  if (options.format === 'text') io.stdout.write(`${formatNeeds(needs, fleet)}\n`);
  else if (options.format === 'json') printPolicy(needs, fleet, { options, io });
  else io.stdout.write(`${visibleJson(templateOf(needs), 2)}\n`);
  return EXIT.good;
}

/** A policy for CloudFormation, and the parameters that stand in it. */
function templateOf(needs: FleetNeeds) {
  return {
    PolicyDocument: { Version: '2012-10-17', Statement: statementsIn(needs) },
    Parameters: needs.parameters,
  };
}

function statementsIn(needs: FleetNeeds) {
  return statementsOf([...needs.canaries, ...needs.changes, ...needs.channels]);
}

interface Printing {
  readonly options: IamOptions;
  readonly io: Io;
}

/**
 * Prints a policy for IAM. Remarks on it go to standard error.
 * @throws UsageError if nothing is needed, and for parameters without a value: IAM takes neither.
 */
function printPolicy(needs: FleetNeeds, { environment }: NeedsFor, { options, io }: Printing): void {
  const statements = statementsIn(needs);
  if (statements.length === 0)
    throw new UsageError(
      `Nothing in AWS is needed in ${environment.name}, and IAM takes no policy without a statement.`,
    );
  const account = options.account ?? locationOf(environment.role ?? '').account ?? '*';
  if (!/^(?:\d{12}|\*)$/.test(account))
    throw new UsageError(`'${account}' is not an account: it has 12 digits.`);
  const region = environment.region ?? regionIn(io.env) ?? '*';
  const parameters = valuesOf(needs, JSON.stringify(statements), { options, io });
  const policy = iamPolicy(statements, { partition: partitionOf(region), account, region, parameters });
  io.stdout.write(`${visibleJson(policy, 2)}\n`);
  const note = (text: string): void => void io.stderr.write(`${text}\n`);
  if (account === '*')
    note("No account is known, so the policy has '*' in its place. Name it: --account 123456789012.");
  if (region === '*')
    note(
      "No region is known, so the policy has '*' in its place. Name it in the environment of the project file.",
    );
  if (needs.readsSecrets)
    note('For parameters and secrets with a key of your own, add kms:Decrypt on that key.');
  const size = policySize(policy);
  const { managed, inlineOfRole } = POLICY_SIZES;
  if (size > managed)
    note(
      `The policy has ${size} characters, and a managed policy holds ${managed}. ` +
        (size > inlineOfRole
          ? 'Name fewer canaries, and attach a policy for each part.'
          : 'Attach it to the role as an inline policy.'),
    );
}

/** @throws UsageError for an open name of the statements without a value, for a wrong value, and for one of no parameter. */
function valuesOf(
  needs: FleetNeeds,
  statements: string,
  { options, io }: Printing,
): ReadonlyMap<string, string> {
  const variables = [...Object.entries(needs.variables), ...Object.entries(OWN_VARIABLES)];
  const fromEnv = variables.map(([variable, name]) => [name, io.env[variable] ?? ''] as const);
  const given = options.parameter.map(readParameter);
  const known = new Map([...fromEnv, ...given]);
  const open = [...new Set([...statements.matchAll(OPEN_NAME)].map(([, name = '']) => name))];
  const names = [...new Set([...open, ...needs.parameters.map(({ name }) => name)])];
  const odd = given.find(([name]) => !names.includes(name));
  if (odd !== undefined)
    throw new UsageError(`There is no parameter '${odd[0]}'. ${suggestion(odd[0], names, 'parameters')}`);
  const missing = open.filter((name) => (known.get(name) ?? '') === '');
  const parameterOf = (name: string) => needs.parameters.find((one) => one.name === name);
  if (missing.length > 0)
    throw new UsageError(
      [
        'IAM takes no policy with an open name. Give these values, or use --format cloudformation, which leaves them as parameters:',
        ...missing.map((name) => `  --parameter ${name}=…   ${parameterOf(name)?.description ?? FROM_STACK}`),
      ].join('\n'),
    );
  return new Map(
    open.map((name) => [
      name,
      checked(name, known.get(name) as string, parameterOf(name)?.allowedPattern ?? NAMES),
    ]),
  );
}

function readParameter(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`'${text}' gives no parameter a value. Write --parameter NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A parameter in `Fn::Sub`; the pseudo parameters of AWS and literal texts have other characters. */
const OPEN_NAME = /\$\{([A-Za-z]\w*)\}/g;

const FROM_STACK = 'An ARN that a deployed stack fills in itself.';

function checked(name: string, value: string, allowedPattern: string): string {
  if (new RegExp(allowedPattern).test(value)) return value;
  throw new UsageError(
    `The value of ${name} is no name and no ARN, so it could grant more than it names. Correct it.`,
  );
}

/** The partition of a region, by its name; that of the other regions is `aws`. */
function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const PARTITIONS = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
] as const;

function formatNeeds(needs: FleetNeeds, { project, environment }: NeedsFor): string {
  const all = [...needs.canaries, ...needs.channels];
  const where = `project ${project.name}, environment ${environment.name}`;
  return [
    all.length === 0 ? `Nothing in AWS is needed (${where}).` : `Needed by ${where}:`,
    ...formatActions(all),
    ...(needs.changes.length === 0
      ? []
      : ['', 'Optional, to report what changed before an incident:', ...formatActions(needs.changes)]),
    ...(needs.parameters.length === 0 ? [] : ['', 'To be given when the stack is deployed:', '']),
    ...needs.parameters.map(({ name, description }) => `  ${name}  ${description}`),
    ...(needs.readsSecrets
      ? ['', 'Where parameters and secrets are encrypted by a key of your own: kms:Decrypt on it.']
      : []),
    '',
    "The stack's own permissions (state, queues, logs, taps) are not included: its template grants them.",
  ].join('\n');
}

function formatActions(needs: readonly Need[]): readonly string[] {
  return [...Map.groupBy(needs, ({ action }) => action)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([action, some]) => ['', `  ${action}`, ...formatResources(some)]);
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
