import type { DeployedTap } from '../adapters/taps/control-message.ts';
import { type Settings, settingsFrom } from '../settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Settings of the functions, set by the stack and read once for each container. */
export interface DeployedSettings extends Settings {
  readonly table: string;
  readonly stack: string;
  readonly runQueueUrl: string;
  readonly taps: readonly DeployedTap[];
  /** Metrics of each step too. */
  readonly stepMetrics: boolean;
  /** A fleet that has lost half its canaries or more is meant to. */
  readonly allowShrink: boolean;
  /** Called after each complete tick. */
  readonly heartbeatUrl?: string;
  /** Name of the bucket for the pages of the state. */
  readonly siteBucket?: string;
  /** URL of the inbox function, if a canary uses it. */
  readonly inboxUrl?: string;
}

/** The variables of the stack, by purpose; the template gives each function only those that it needs. */
export const VARIABLES = {
  table: 'COALMINE_STATE_TABLE',
  stack: 'COALMINE_STACK',
  runQueueUrl: 'COALMINE_RUN_QUEUE_URL',
  alertTopicArn: 'COALMINE_ALERT_TOPIC_ARN',
  stepMetrics: 'COALMINE_STEP_METRICS',
  allowShrink: 'COALMINE_ALLOW_SHRINK',
  heartbeatUrl: 'COALMINE_HEARTBEAT_URL',
  dashboard: 'COALMINE_DASHBOARD',
  siteBucket: 'COALMINE_SITE_BUCKET',
  inboxUrl: 'COALMINE_INBOX_URL',
} as const;

/** `COALMINE_TAP_BUS_1` to `_5`, `COALMINE_TAP_TOPIC_1` to `_5`: `address|queue URL|ARN of the rule or subscription`; or empty. */
export const TAP_VARIABLE = 'COALMINE_TAP_';

/**
 * Reads the settings of a function, with those that it requires.
 * @throws Error with every fault, which ends the cold start.
 */
export function deployedSettings(env: Env, needed: readonly (keyof typeof VARIABLES)[]): DeployedSettings {
  const who = {
    user: env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'coalmine',
    host: env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? 'lambda',
    pid: 0,
  };
  const { settings, faults } = settingsFrom(env, who);
  const read = (name: keyof typeof VARIABLES): string => env[VARIABLES[name]] ?? '';
  const taps = Object.keys(env)
    .filter((name) => name.startsWith(TAP_VARIABLE) && env[name] !== '')
    .toSorted()
    .map((name) => tapIn(name, env[name] ?? ''));
  const [heartbeatUrl, siteBucket, inboxUrl] = [read('heartbeatUrl'), read('siteBucket'), read('inboxUrl')];
  const all = [
    ...faults,
    ...needed.flatMap((name) => (read(name) === '' ? `${VARIABLES[name]} is not set.` : [])),
    ...(['stepMetrics', 'allowShrink'] as const).flatMap((name) => switchFault(VARIABLES[name], read(name))),
    ...(heartbeatUrl === '' || /^https?:\/\//.test(heartbeatUrl)
      ? []
      : [`${VARIABLES.heartbeatUrl} is no address: it must begin with https://.`]),
    ...taps.flatMap((tap) => (typeof tap === 'string' ? tap : [])),
  ];
  if (all.length > 0)
    throw new Error(
      `The stack's settings are faulty:\n${all.map((fault) => `- ${fault}`).join('\n')}\nThey come from template.yaml: deploy it again.`,
    );
  return {
    ...settings,
    table: read('table'),
    stack: read('stack'),
    runQueueUrl: read('runQueueUrl'),
    taps: taps.filter((tap) => typeof tap !== 'string'),
    stepMetrics: read('stepMetrics') === 'on',
    allowShrink: read('allowShrink') === 'yes',
    ...(heartbeatUrl === '' ? {} : { heartbeatUrl }),
    ...(siteBucket === '' ? {} : { siteBucket }),
    ...(inboxUrl === '' ? {} : { inboxUrl }),
  };
}

function switchFault(name: string, value: string): readonly string[] {
  const known = name === VARIABLES.stepMetrics ? ['on', 'off'] : ['yes', 'no'];
  return value === '' || known.includes(value)
    ? []
    : [`${name} is '${value}', and can only be ${known.join(' or ')}.`];
}

function tapIn(name: string, value: string): DeployedTap | string {
  const [address = '', queueUrl = '', filler = ''] = value.split('|');
  const isBus = name.startsWith(`${TAP_VARIABLE}BUS_`);
  if (address === '' || !URL.canParse(queueUrl) || !filler.startsWith('arn:'))
    return `${name} is '${value}', which is not address|queue URL|ARN of its ${isBus ? 'rule' : 'subscription'}.`;
  return { on: isBus ? { bus: address } : { topic: address }, queueUrl, filler };
}
