import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { classifyAwsError } from '../../../adapters/aws/errors.ts';
import { composeApp } from '../../../compose-app.ts';
import { isRoleArn } from '../../../core/aws/role-arn.ts';
import { CanaryError } from '../../../core/base/errors.ts';
import { visibleJson } from '../../../core/base/format.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { newRunId } from '../../../core/base/run-id.ts';
import type { Environment } from '../../../core/model/project.ts';
import { proxyFault, proxyNote } from '../../../core/network/proxies.ts';
import { examine } from '../../../doctor/examine.ts';
import { hidingValues } from '../../../doctor/hidden-values.ts';
import type { ConcernedFinding } from '../../../doctor/question/finding.ts';
import { assertInboxUrl, type InboxOptions } from '../../../runs/local-inbox.ts';
import { select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { type Settings, settingsFrom } from '../../../settings.ts';
import { countsOf, examinationJson, formatExamination } from '../../output/format-doctor.ts';
import { type DeployedStack, deployedStack } from '../../setup/deployed-stack.ts';
import { inboxFindings } from '../../setup/inbox-findings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneFleet, sound } from '../../setup/selection.ts';
import { zoneDataFindings } from '../../setup/zone-data.ts';

export interface DoctorOptions extends InboxOptions {
  readonly env?: string;
  readonly as?: string;
  readonly role?: string;
  readonly stack?: string;
  readonly verbose?: boolean;
  /** True to print the values of references, except for secrets. */
  readonly showValues?: boolean;
  readonly format: 'text' | 'json';
}

/** `coalmine doctor`: checks the account for everything that would make a run fail, with remedies. It changes nothing. */
export async function doctor(paths: readonly string[], options: DoctorOptions, io: Io): Promise<number> {
  const { settings: own, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  refuseFaulty(options);
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const fleet = oneFleet(loaded, options.env, 'doctor');
  const stack = await stackOf(options.stack, { settings: own, environment: fleet.environment }, io);
  if (stack === null) return EXIT.error;
  // In the stack, the worker's own variables are all there are.
  const settings = stack === undefined ? own : { ...own, env: stack.env };
  const application = composeApp({ settings, ...fleet, secrets: io.secrets });
  try {
    const { clock, random, redactor } = application.engine;
    const { references, hide } = hidingValues(application.engine.references, redactor);
    const nowMs = clock.nowMs();
    const examination = await examine({
      ...fleet,
      clients: application.clients,
      references,
      runId: newRunId(nowMs, random),
      nowMs,
      ...omitUndefined({ stack, as: options.as }),
      ...roleOf(options, fleet.environment, stack),
    });
    // Masked first: a secret in which a value was replaced would not be found any more.
    const masked = redactor.deep(examination.found);
    const examined = options.showValues === true ? masked : masked.map(hide);
    const found = [
      ...proxyFindings(settings.env),
      ...zoneDataFindings(fleet, nowMs),
      ...inboxFindings(fleet, { ...options, stack, settings }, application.engine),
      ...examined,
    ];
    const report = redactor.deep({ ...examination, found, left: loaded.length - fleet.canaries.length });
    const paint = painter(wantsColour(io.env, io.stdout.isTTY === true));
    const text =
      options.format === 'json'
        ? visibleJson(examinationJson(report, fleet), 2)
        : formatExamination(report, fleet, { isVerbose: options.verbose === true, paint });
    io.stdout.write(`${text}\n`);
    return countsOf(report.found).problem > 0 ? EXIT.failed : EXIT.good;
  } finally {
    stack?.clients.close();
    await application.close();
  }
}

/** @throws UsageError for an option that is faulty, or that fits no other */
function refuseFaulty({ role, stack, inbox, inboxPort }: DoctorOptions): void {
  if (role !== undefined && !isRoleArn(role))
    throw new UsageError(
      `'${role}' is not the ARN of a role. Write --role arn:aws:iam::<account>:role/<name>.`,
    );
  assertInboxUrl(inbox);
  if (stack !== undefined && (inbox ?? inboxPort) !== undefined)
    throw new UsageError(
      'A stack has an inbox of its own: leave out --stack, or leave out --inbox and --inbox-port.',
    );
}

/** The proxy that requests go through, since it may be what fails. */
function proxyFindings(env: Settings['env']): readonly ConcernedFinding[] {
  const what = proxyNote(env);
  if (what === undefined) return [];
  const fault = proxyFault(env);
  if (fault === undefined) return [{ level: 'fine', what }];
  return [{ level: 'problem', what: fault, todo: 'Correct the variable, or remove it.' }];
}

/** The named stack; null, with a message, if it cannot be read. */
async function stackOf(
  name: string | undefined,
  { settings, environment }: { readonly settings: Settings; readonly environment: Environment },
  { stderr }: Io,
): Promise<DeployedStack | undefined | null> {
  if (name === undefined) return undefined;
  try {
    return await deployedStack(name, settings, environment);
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    stderr.write(`The stack ${name} cannot be looked at. ${fault.message}\n`);
    return null;
  }
}

/** The role that runs the canaries: the named one, or the worker's, unless the environment has a role of its own. */
function roleOf(
  { role }: DoctorOptions,
  environment: Environment,
  stack: DeployedStack | undefined,
): { readonly role?: string } {
  const chosen = role ?? (environment.role === undefined ? stack?.role : undefined);
  return chosen === undefined ? {} : { role: chosen };
}
