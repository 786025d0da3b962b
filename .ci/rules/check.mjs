/**
 * Checks a CloudFormation template (JSON, the path is the argument) against two sets of rules: cdk-nag's AwsSolutions, and AWS
 * Control Tower's proactive controls for cfn-guard. Ends with 1 if a rule is broken that is not waived, if a waiver is obsolete,
 * or if there are more than six reasons. Ends with 1 too if the rules cannot be run, or miss the faults of a copy that was broken
 * on purpose.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import cdk from 'aws-cdk-lib';
import include from 'aws-cdk-lib/cloudformation-include';
import nag from 'cdk-nag';
import { WAIVED } from './waived.mjs';

const MOST_REASONS = 6;

/** Findings of cdk-nag, and the number of its rules that applied. */
function askNag(template) {
  const found = [];
  const asked = new Set();
  const logger = {
    onCompliance: ({ ruleId }) => asked.add(ruleId),
    onNonCompliance: ({ ruleId, findingId, resource }) => {
      asked.add(ruleId);
      found.push({ rule: ruleId, resource: resource.node.id, says: findingId });
    },
    onError: ({ ruleId, resource }) =>
      found.push({ rule: `${ruleId} could not be asked`, resource: resource.node.id }),
    onSuppressed: () => {},
    onNotApplicable: () => {},
  };
  const outdir = mkdtempSync(join(tmpdir(), 'coalmine-rules-'));
  const app = new cdk.App({ outdir, context: { 'aws:cdk:disable-stack-trace': true } });
  const stack = new cdk.Stack(app, 'Coalmine');
  new include.CfnInclude(stack, 'Template', { templateFile: template });
  cdk.Aspects.of(app).add(new nag.AwsSolutionsChecks({ reports: false, additionalLoggers: [logger] }));
  for (const node of app.node.findAll())
    for (const { aspect } of cdk.Aspects.of(app).applied) aspect.visit(node);
  rmSync(outdir, { recursive: true, force: true });
  return { found, asked: asked.size };
}

/** Findings of cfn-guard by the rules of Control Tower, and the number of those that applied. */
function askGuard(template) {
  const root = join(import.meta.dirname, 'node_modules', '@cdklabs', 'cdk-validator-cfnguard');
  const system = platform() === 'darwin' ? 'macos' : 'ubuntu';
  const program = join(root, 'bin', system, arch() === 'arm64' ? 'aarch64' : 'x86_64', 'cfn-guard');
  chmodSync(program, 0o755);
  const rules = join(root, 'rules', 'control-tower', 'cfn-guard');
  const asked = [
    ...['validate', '--data', template, '--rules', rules],
    ...['--structured', '--output-format', 'json', '--show-summary', 'none'],
  ];
  const { stdout, stderr, status } = spawnSync(program, asked, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0 && status !== 19) throw new Error(`cfn-guard ended with ${status}: ${stderr}`);
  const reports = JSON.parse(stdout);
  const found = reports.flatMap(({ not_compliant }) =>
    not_compliant.flatMap(({ Rule }) =>
      [...new Set(JSON.stringify(Rule).match(/\/Resources\/\w+/g) ?? ['/Resources/?'])].map((path) => ({
        rule: Rule.name,
        resource: path.split('/')[2],
      })),
    ),
  );
  return {
    found,
    asked: reports.reduce((sum, one) => sum + one.compliant.length + one.not_compliant.length, 0),
  };
}

function isWaived(waiver, { rule, resource }) {
  return waiver.rules.some((pattern) => pattern.test(rule)) && waiver.resources.test(resource);
}

function findingsOf(template) {
  const answers = { 'cdk-nag': askNag(template), 'cfn-guard': askGuard(template) };
  return { answers, found: Object.values(answers).flatMap(({ found }) => found) };
}

function notWaived(found) {
  return found.filter((one) => !WAIVED.some((waiver) => isWaived(waiver, one)));
}

/** Waivers that waive nothing, or are too many. */
function wrongWaivers(found, skippedInTemplate) {
  const patterns = WAIVED.flatMap(({ rules }) => rules);
  const known = [...found.map(({ rule }) => rule), ...skippedInTemplate];
  return [
    ...patterns
      .filter((pattern) => !known.some((rule) => pattern.test(rule)))
      .map((pattern) => `the waiver ${pattern.source} is of no use any more`),
    ...skippedInTemplate
      .filter((rule) => !patterns.some((pattern) => pattern.test(rule)))
      .map((rule) => `${rule} is skipped in the template, and is not among the waivers`),
    ...(WAIVED.length > MOST_REASONS
      ? [`there are ${WAIVED.length} reasons, and may be ${MOST_REASONS}`]
      : []),
  ];
}

/** Each of the two must find what was broken in a copy. */
function undetected(template) {
  const broken = JSON.parse(readFileSync(template, 'utf8'));
  broken.Resources.StateTable.Properties.PointInTimeRecoverySpecification = {
    PointInTimeRecoveryEnabled: false,
  };
  broken.Resources.WorkerRole.Properties.Policies[0].PolicyDocument.Statement.push({
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
  });
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-rules-'));
  const path = join(folder, 'broken.json');
  writeFileSync(path, JSON.stringify(broken));
  const rules = new Set(notWaived(findingsOf(path).found).map(({ rule }) => rule));
  rmSync(folder, { recursive: true });
  return [
    'AwsSolutions-DDB3',
    'AwsSolutions-IAM5',
    'dynamodb_table_pitr_enabled_check',
    'iam_inline_policy_no_statements_with_admin_access_check',
  ]
    .filter((rule) => !rules.has(rule))
    .map((rule) => `${rule} does not bite`);
}

const path = resolve(process.argv[2]);
const { answers, found } = findingsOf(path);
const skips = [...readFileSync(path, 'utf8').matchAll(/"id": ?"(CKV_\w+)"/g)].map(([, rule]) => rule);
const faults = [
  ...notWaived(found).map(
    ({ rule, resource, says }) => `${resource} breaks ${rule}${says ? ` (${says})` : ''}`,
  ),
  ...wrongWaivers(found, skips),
  ...undetected(path),
];
for (const [name, { asked, found: some }] of Object.entries(answers))
  process.stdout.write(`${name}: ${asked} rules applied, ${some.length} findings on resources\n`);
for (const fault of faults) process.stdout.write(`  ${fault}\n`);
process.stdout.write(`${faults.length} faults, ${WAIVED.length} reasons for waivers\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
