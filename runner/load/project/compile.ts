import { isRegion } from '../../core/aws/region.ts';
import { isRoleArn } from '../../core/aws/role-arn.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { AlertPolicy } from '../../core/model/canary.ts';
import { type Environment, NO_PROJECT, type Project } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { readAlert } from '../values/alert-policy.ts';
import { checkForeign } from '../values/check-foreign.ts';
import { readVars } from '../values/vars.ts';
import { inKebabCase } from '../words/spellings.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { LONGEST_RUN_MS } from '../yaml/limits.ts';
import {
  duration,
  entryOf,
  listOf,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  template,
  text,
  tree,
} from '../yaml/reader.ts';
import { isMisspelt } from '../yaml/suppressed-errors.ts';
import { placeOf, type Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';
import { readChannels } from './channels.ts';
import { checkAddresses, checkChannelSecrets } from './check-addresses.ts';
import { checkProjectNames } from './check-names.ts';
import { checkReporterSecrets, checkReporters, WRITTEN_REPORTER } from './check-reporters.ts';
import { checkTwins, readTap } from './tap.ts';
import { readWindow } from './windows.ts';

const ENVIRONMENT = {
  region: { read: text(regionFault) },
  role: { read: text(roleFault) },
  vars: { read: readVars },
} satisfies Shape;
const CORRELATION = {
  header: { read: text(headerFault) },
  field: { read: text(fieldFault) },
  ttl: { read: text(attributeFault) },
} satisfies Shape;
const DEFAULTS = {
  timeout: { read: duration(0, LONGEST_RUN_MS) },
  alert: { read: readAlert },
} satisfies Shape;

const PROJECT = {
  project: { read: text(nameFault), required: true },
  environments: { read: readEnvironments },
  correlation: { read: readCorrelation },
  taps: { read: listOf(readTap, 'maps') },
  channels: { read: tree },
  operators: { read: listOf(text()) },
  reporters: { read: listOf(readReporter) },
  env: { read: listOf(text(variableFault)) },
  secrets: { read: listOf(text(variableFault)) },
  maintenance: { read: listOf(readWindow, 'maps') },
  defaults: { read: readDefaults },
} satisfies Shape;

/** Reads a project file. Faulty parts are reported, and get their defaults. */
export function compileProject(
  root: Tree,
  { channels: schemas, reporters }: Pick<Kinds, 'channels' | 'reporters'>,
  report: Report,
): Project {
  const read = readMap(root, PROJECT, report, 'the project file') ?? {};
  const channels = readChannels(read.channels, schemas, report);
  const channelNames = channels.map(({ name }) => name);
  if (!isMisspelt(root, 'channels') && read.channels?.sort !== 'list') checkNames(root, channelNames, report);
  checkReporters(root, reporters, report);
  checkTwins(entryOf(root, 'taps')?.value, report);
  const project: Project = {
    name: read.project ?? NO_PROJECT.name,
    environments:
      read.environments === undefined || read.environments.length === 0
        ? NO_PROJECT.environments
        : read.environments,
    correlation: { ...NO_PROJECT.correlation, ...read.correlation },
    taps: read.taps ?? [],
    channels,
    operators: read.operators ?? [],
    reporters: read.reporters ?? [],
    secrets: read.secrets ?? [],
    ...omitUndefined({ env: read.env }),
    maintenance: read.maintenance ?? [],
    defaults: read.defaults ?? {},
  };
  checkProjectNames(root, project, report);
  checkAddresses(root, project, schemas, report);
  checkChannelSecrets(root, project, schemas, report);
  checkReporterSecrets(root, project.environments, reporters, report);
  checkForeign(root, () => project.environments.flatMap(({ vars }) => Object.keys(vars)), report);
  return project;
}

function readEnvironments(one: Tree, report: Report, key: string): readonly Environment[] | undefined {
  if (one.sort !== 'map')
    return refuse(one, report, {
      ...notMap(`'${key}'`, one, ''),
      hint: `write ${firstWord(one) ?? 'prod'}: { region: eu-west-1 }`,
    });
  return one.entries.map((entry) => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(entry.key)) {
      report.error(entry.keyAt, {
        rule: 'name',
        message: `'${entry.key}' cannot name an environment`,
        hint: `write ${inKebabCase(entry.key) || 'staging'}: lower-case-words`,
      });
    }
    const read = readMap(entry.value, ENVIRONMENT, report, `environment '${entry.key}'`);
    return { vars: {}, ...read, name: inKebabCase(entry.key) || entry.key };
  });
}

function firstWord(one: Tree): string | undefined {
  const [first] = one.sort === 'list' ? one.elements : [];
  return first?.sort === 'scalar' ? String(first.value) : undefined;
}

function readCorrelation(
  one: Tree,
  report: Report,
  key: string,
): Partial<Project['correlation']> | undefined {
  return readMap(one, CORRELATION, report, `'${key}'`);
}

function readDefaults(one: Tree, report: Report, key: string): Project['defaults'] | undefined {
  const read = readMap(one, DEFAULTS, report, `'${key}'`);
  const alert: Partial<AlertPolicy> | undefined = read?.alert;
  return {
    ...omitUndefined({ timeoutMs: read?.timeout, alert }),
  };
}

/** Names of channels outside the canaries: the operators' and those of the defaults. */
function checkNames(root: Tree, channels: readonly string[], report: Report): void {
  const lists = [placeOf(root, ['operators']).value, placeOf(root, ['defaults', 'alert', 'to']).value];
  for (const element of lists.flatMap((list) => (list.sort === 'list' ? list.elements : []))) {
    const name = String(scalarOf(element));
    if (channels.includes(name)) continue;
    const meant = didYouMean(name, channels);
    const hint = meant === undefined ? 'name it under channels' : `did you mean '${meant}'?`;
    report.error(element.at, { rule: 'channel', message: `there is no channel '${name}'`, hint });
  }
}

function nameFault(value: string) {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(value)
    ? undefined
    : {
        rule: 'name',
        message: `'${value}' cannot name a project`,
        hint: `write ${inKebabCase(value) || 'shop'}: lower-case-words, at most 40 characters`,
      };
}

function regionFault(value: string) {
  return isRegion(value)
    ? undefined
    : { rule: 'region', message: `'${value}' is not an AWS region`, hint: 'write one such as eu-west-1' };
}

function roleFault(value: string) {
  return isRoleArn(value)
    ? undefined
    : {
        rule: 'role',
        message: `'${value}' is not the ARN of a role`,
        hint: 'write arn:aws:iam::<account>:role/<name>',
      };
}

function headerFault(value: string) {
  return /^[A-Za-z0-9-]+$/.test(value)
    ? undefined
    : {
        rule: 'name',
        message: `'${value}' is not a header's name`,
        hint: 'write one such as x-correlation-id',
      };
}

function fieldFault(value: string) {
  return /^[\w-]+(\.[\w-]+)*$/.test(value)
    ? undefined
    : { rule: 'name', message: `'${value}' is not a path`, hint: 'write one such as metadata.correlationId' };
}

function attributeFault(value: string) {
  return /^[\w.-]+$/.test(value)
    ? undefined
    : { rule: 'name', message: `'${value}' is not an attribute's name`, hint: 'write one such as expiresAt' };
}

function readReporter(one: Tree, report: Report, key: string): string | undefined {
  const value = template(one, report, key);
  if (value === undefined || WRITTEN_REPORTER.test(value)) return value;
  const message = `'${value}' is not a reporter`;
  return refuse(one, report, { rule: 'name', message, hint: 'write name or name:target' });
}

function variableFault(value: string) {
  if (isTemplate(value) || !/^[A-Za-z_]\w*$/.test(value)) {
    return {
      rule: 'name',
      message: `'${value}' is not the name of a variable`,
      hint: 'write the name alone, such as SHOP_API_TOKEN',
    };
  }
  return undefined;
}
