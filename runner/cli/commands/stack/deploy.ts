import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AwsClients, awsClients } from '../../../adapters/aws/clients.ts';
import { classifyAwsError } from '../../../adapters/aws/errors.ts';
import { CanaryError } from '../../../core/base/errors.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { type BuiltStack, buildStack } from '../../../deploy/build/build-stack.ts';
import { type Applying, DeploymentInterrupted, stepFor } from '../../../deploy/cloudformation/apply-stack.ts';
import {
  ARTIFACTS_STACK,
  accountOf,
  artifactBucket,
  artifactStore,
} from '../../../deploy/cloudformation/artifact-bucket.ts';
import { awsStackApi } from '../../../deploy/cloudformation/aws-stack-api.ts';
import { deployStack, stackNameOf } from '../../../deploy/cloudformation/deploy-stack.ts';
import { type ChosenValue, parameterValues } from '../../../deploy/cloudformation/parameter-values.ts';
import { refusalOf } from '../../../deploy/cloudformation/stack-owner.ts';
import type { Section } from '../../../deploy/intrinsics.ts';
import { needsOf } from '../../../deploy/needs.ts';
import { stackPlaceOf } from '../../../deploy/stack-place.ts';
import type { TemplateParameter } from '../../../deploy/template/parameter-rules.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { ownAwsOptions, type Settings, settingsFrom } from '../../../settings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { formatBuilt } from './build.ts';

export interface DeployOptions {
  readonly env?: string;
  readonly stack?: string;
  readonly region?: string;
  readonly bucket?: string;
  /** Values of parameters, each as `NAME=VALUE`. */
  readonly parameter: readonly string[];
  readonly dryRun?: boolean;
}

/** `coalmine deploy`: checks and builds the stack of an environment's canaries, and applies it by CloudFormation. */
export async function deploy(paths: readonly string[], options: DeployOptions, io: Io): Promise<number> {
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-stack-'));
  try {
    const built = await buildStack({ root: io.cwd, folders: paths, environment: options.env, out: folder });
    if ('faults' in built) throw new UsageError(built.faults.join('\n\n'));
    for (const warning of built.warnings) io.stderr.write(`${warning}\n`);
    io.stdout.write(`${formatBuilt(built, '')}\n\n`);
    const target = targetOf(built, settings, options);
    return await (options.dryRun === true ? dryRun(target, io) : apply(target, io));
  } catch (thrown) {
    return endOf(thrown, io);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A deployment that was built, and its destination. */
interface Target {
  readonly built: BuiltStack;
  readonly settings: Settings;
  readonly stack: string;
  readonly region: string;
  readonly bucket: string | undefined;
  /** The values of the parameters, by what the deployed stack has. */
  parametersFor(deployed: readonly string[]): ReturnType<typeof parameterValues>;
}

function targetOf(built: BuiltStack, settings: Settings, options: DeployOptions): Target {
  const { fleet } = built;
  const region = options.region ?? ownAwsOptions(settings, fleet.environment).region;
  if (region === undefined)
    throw new UsageError(
      'No region is known. Give --region, set AWS_REGION, or name it in the environment of the project file.',
    );
  const { region: required } = stackPlaceOf(fleet).place;
  if (required !== undefined && required.value !== region)
    throw new UsageError(
      `The canaries wait for ${required.for.bus} in ${required.value}, and a stack reads buses of its own region only. Deploy to ${required.value}.`,
    );
  const { variables } = needsOf(fleet);
  const parameters = built.stack['Parameters'] as unknown as Readonly<Record<string, TemplateParameter>>;
  const rules = built.stack['Rules'] as Readonly<Record<string, Section>>;
  return {
    built,
    settings,
    region,
    stack: options.stack ?? stackNameOf(fleet),
    bucket: options.bucket,
    parametersFor: (deployed) =>
      parameterValues({
        parameters,
        rules,
        given: options.parameter,
        deployed,
        variables,
        env: settings.env,
      }),
  };
}

/** Prints the deployment, and needs no account. A parameter that a stack may have already is not missing. */
function dryRun({ built, stack, region, bucket, parametersFor }: Target, io: Io): number {
  const missing = Object.keys(built.stack['Parameters'] ?? {});
  const { values, faults } = parametersFor(missing);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const given = values.filter(({ value }) => value !== undefined);
  io.stdout.write(
    [
      `Would deploy the stack ${stack} in ${region}:`,
      `  archives and template to ${bucket === undefined ? `the bucket of the stack ${ARTIFACTS_STACK}` : `the bucket ${bucket}`}`,
      ...given.map(formatValue),
      'Nothing was sent.\n',
    ].join('\n'),
  );
  return EXIT.good;
}

async function apply(target: Target, io: Io): Promise<number> {
  const { settings, region } = target;
  const clients = awsClients(omitUndefined({ endpoint: settings.endpoint, region }));
  const ending = new AbortController();
  const forget = io.onInterrupt({
    message: 'Interrupted: a change set that has not begun is deleted.',
    act: () => ending.abort(),
  });
  try {
    const applying: Applying = {
      api: await awsStackApi(clients),
      changeSet: `coalmine-${Date.now()}`,
      signal: ending.signal,
      pause: async (ms) => pauseFor(ms, ending.signal),
      print: (line) => void io.stdout.write(`${line}\n`),
    };
    return await applyTarget(target, applying, clients);
  } finally {
    forget();
    clients.close();
  }
}

/** Ends at once when the deployment is interrupted; what must still be waited for then has whole pauses. */
async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal.aborted ? {} : { signal }).catch(() => {}); // the loop sees the signal
}

async function applyTarget(target: Target, applying: Applying, clients: AwsClients): Promise<number> {
  const { built, stack, region, settings, parametersFor } = target;
  const account = await accountOf(clients);
  const deployed = await applying.api.describe(stack);
  stepFor({ stack, refusal: (state) => refusalOf(stack, built.fleet, state) }, deployed);
  const { values, faults } = parametersFor(deployed?.parameters ?? []);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const bucket = target.bucket ?? (await artifactBucket(applying));
  applying.print(`Deploying the stack ${stack} in ${region}, account ${account}:`);
  for (const value of values) if (value.value !== undefined) applying.print(formatValue(value));
  const store = await artifactStore(clients, { bucket, account });
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const urlOf = (key: string): string =>
    settings.endpoint === undefined
      ? `https://${bucket}.${host}/${key}`
      : `${settings.endpoint}/${bucket}/${key}`;
  const applied = await deployStack({ stack, built, parameters: values, bucket, store, urlOf }, applying);
  applying.print(ENDS[applied](stack));
  const outputs = Object.entries((await applying.api.describe(stack))?.outputs ?? {});
  for (const [name, value] of outputs) applying.print(`  ${name}  ${value}`);
  return EXIT.good;
}

const ENDS = {
  created: (stack: string) => `The stack ${stack} was created. Its canaries run from the next minute on.`,
  updated: (stack: string) => `The stack ${stack} was updated.`,
  unchanged: (stack: string) => `The stack ${stack} needs no change.`,
};

function formatValue({ name, value = '', from, hidden }: ChosenValue): string {
  return `  ${name} = ${hidden ? '(not shown)' : value}  (${from})`;
}

/** The exit code of a deployment that did not end well, with its message printed. */
function endOf(thrown: unknown, io: Io): number {
  if (thrown instanceof DeploymentInterrupted) {
    io.stderr.write(`${thrown.message}\n`);
    return EXIT.interrupted;
  }
  const fault = classifyAwsError(thrown);
  if (!(fault instanceof CanaryError)) throw fault;
  io.stderr.write(`${fault.message}\n`);
  return EXIT.error;
}
