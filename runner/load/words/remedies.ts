import { bareWord } from './key-words.ts';

/** The remedy for a key of another tool that another key alone does not replace. */
interface Remedy {
  /** A key that is legal where the remedy holds. */
  readonly where: string;
  /** The remedy; `{value}` stands for the text that was written at the key, and `{url}` for that at the key `url` next to it. */
  readonly write: string;
  /** Keys next to it that the remedy replaces too. */
  readonly replaces?: readonly string[];
}

const REQUEST = { where: 'http', write: 'write http: {method|GET} {value|https://…}', replaces: ['method'] };
const SLEEP = {
  where: 'sendMessage',
  write: 'leave it out: the check below waits by itself, for as long as its within: or for: says',
};
const COMMAND = {
  where: 'sendMessage',
  write: 'a canary runs no commands: write http: GET https://… or another verb',
};
const EVERY = { where: 'schedule', write: 'write schedule: { every: 5m }' };
const TO = { where: 'alert', write: 'write alert: { to: [{value|team}] }' };
const CONDITION = {
  where: 'correlate',
  write: 'leave it out: a canary has one path, and only: says in which environments it runs',
};
const PAUSE = { where: 'runbook', write: "leave it out: 'coalmine pause NAME' stops the runs of a canary" };
const POLLS = { where: 'within', write: 'leave it out: Coalmine polls by itself until within: is over' };
const TAPPED = {
  where: 'probe',
  write: 'a tap listens to a bus: or a topic:; a check reads its queue: without one',
};
const WINDOW = {
  where: 'reason',
  write: 'write cron: and timezone: for the beginnings, and for: for the length',
  replaces: ['start', 'begin', 'from', 'end', 'until'],
};
const IN_SCHEDULE = { where: 'schedule', write: 'write it two columns to the right, below schedule:' };
const IN_ALERT = { where: 'alert', write: 'write it two columns to the right, below alert:' };
const OF_CHANNEL = {
  where: 'remind',
  write: 'write to: with the name of a channel, which the project file defines',
};
const DAILY = { where: 'jitter', write: 'write cron: "0 2 * * *" and timezone: Europe/Berlin' };
const STATUS = { where: 'response', write: 'write response: { status: {value|200} }' };
const OF_CANARY = { where: 'maintenance', write: 'write it in the file of each canary' };
const CHANNEL = {
  where: 'pagerduty',
  write: 'write {value|slack}: {url|…}, the kind as the key of its address',
  replaces: ['url', 'webhookurl', 'address', 'arn', 'key', 'integrationkey'],
};
const CHAT = { where: 'pagerduty', write: 'write sns: with a topic of Amazon Q Developer, and format: chat' };
const MAIL = {
  where: 'pagerduty',
  write: 'write sns: with the ARN of a topic that has the address as a subscriber',
};

const ONE_EVENT = {
  where: 'events',
  write: 'write putEvent: for one event, or a list of them below events:',
  replaces: ['source', 'detailtype', 'detail', 'resources'],
};
const ONE_MESSAGE = {
  where: 'messages',
  write: 'write sendMessage: for one message, or a list of them below messages:',
  replaces: ['body', 'attributes', 'groupid'],
};

const COMPARED = {
  where: 'within',
  write: 'leave it out: the address alone names what goes; a state of it is an expect: with has:',
};

/** By the key, in small letters without separators. */
const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {
  has: [COMPARED],
  save: [{ where: 'within', write: 'leave it out: what is gone has no value to save' }],
  where: [COMPARED],
  count: [COMPARED],
  source: [ONE_EVENT],
  detailtype: [ONE_EVENT],
  detail: [ONE_EVENT],
  attributes: [ONE_MESSAGE],
  groupid: [ONE_MESSAGE],
  url: [REQUEST, { ...CHANNEL, write: 'write the kind as the key of its address: slack: {value}' }],
  uri: [REQUEST],
  endpoint: [REQUEST],
  ...Object.fromEntries(
    ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'].map((method) => [
      method,
      [{ where: 'http', write: `write http: ${method.toUpperCase()} {value|https://…}` }],
    ]),
  ),
  body: [
    ONE_MESSAGE,
    {
      where: 'variables',
      write: 'write query: with the document, and variables: next to it',
      replaces: ['variables'],
    },
  ],
  request: [REQUEST],
  fetch: [REQUEST],
  sleep: [SLEEP],
  wait: [SLEEP],
  waitfor: [{ ...SLEEP, where: 'sendMessage' }],
  delay: [SLEEP],
  pause: [SLEEP],
  run: [COMMAND],
  script: [COMMAND],
  exec: [COMMAND],
  shell: [COMMAND],
  command: [COMMAND],
  interval: [EVERY, POLLS],
  frequency: [EVERY],
  every: [EVERY],
  poll: [POLLS],
  pollinterval: [POLLS],
  cron: [{ where: 'schedule', write: 'write schedule: with cron: and timezone: below it' }],
  alertchannels: [TO],
  notify: [TO],
  recipients: [TO],
  if: [CONDITION],
  when: [CONDITION],
  skip: [CONDITION],
  enabled: [PAUSE],
  disabled: [PAUSE],
  active: [PAUSE],
  throughout: [{ where: 'has', write: 'put the check below throughout: next to steps:' }],
  setup: [{ where: 'correlate', write: 'put the step below setup: before steps:' }],
  retries: [{ where: 'retry', write: 'write retry: { times: {value|2}, wait: 1s }' }],
  timeoutseconds: [{ where: 'timeout', write: 'write timeout: {value|10}s' }],
  timeoutms: [{ where: 'timeout', write: 'write timeout: {value|10000}ms' }],
  // the project file
  vars: [{ where: 'maintenance', write: 'write vars: below each of the environments:' }],
  variables: [{ where: 'maintenance', write: 'write vars: below each of the environments:' }],
  schedule: [OF_CANARY],
  steps: [OF_CANARY],
  owner: [OF_CANARY],
  tags: [OF_CANARY, { where: 'reason', write: 'write canaries: [tag:checkout]' }],
  tag: [{ where: 'reason', write: 'write canaries: [tag:{value|checkout}]' }],
  profile: [
    {
      where: 'role',
      write: 'set AWS_PROFILE where you start Coalmine, or write role: with the ARN of a role',
    },
  ],
  account: [{ where: 'role', write: 'write role: arn:aws:iam::{value|<account>}:role/<name>' }],
  accountid: [{ where: 'role', write: 'write role: arn:aws:iam::{value|<account>}:role/<name>' }],
  queue: [TAPPED],
  queueurl: [TAPPED],
  type: [CHANNEL],
  kind: [CHANNEL],
  jitter: [IN_SCHEDULE],
  overlap: [IN_SCHEDULE],
  catchup: [IN_SCHEDULE],
  timezone: [IN_SCHEDULE],
  severity: [IN_ALERT],
  remind: [IN_ALERT],
  confirm: [IN_ALERT],
  recover: [IN_ALERT],
  to: [IN_ALERT],
  status: [STATUS],
  statuscode: [STATUS],
  expectedstatus: [STATUS],
  expectstatus: [STATUS],
  at: [DAILY],
  time: [DAILY],
  slack: [OF_CHANNEL],
  webhook: [OF_CHANNEL],
  pagerduty: [OF_CHANNEL],
  sns: [OF_CHANNEL],
  email: [MAIL, OF_CHANNEL],
  mail: [MAIL],
  teams: [CHAT],
  msteams: [CHAT],
  discord: [{ where: 'pagerduty', write: 'write webhook: {value|https://…}' }],
  start: [WINDOW],
  begin: [WINDOW],
  end: [WINDOW],
  until: [WINDOW],
};

/** The remedy for a key, and the keys next to it that it replaces; `written` gives the text at a key of the same map. */
export function remedyFor(
  key: string,
  legal: readonly string[],
  written: (bare: string) => string | undefined,
): { readonly hint: string; readonly replaces: readonly string[] } | undefined {
  const bare = bareWord(key);
  const remedies = Object.hasOwn(REMEDIES, bare) ? REMEDIES[bare] : undefined;
  const remedy = remedies?.find(({ where }) => legal.includes(where));
  if (remedy === undefined) return undefined;
  const hint = remedy.write.replace(/\{([a-z]+)(?:\|([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
    return written(name === 'value' ? bare : name) ?? otherwise ?? '';
  });
  return { hint, replaces: remedy.replaces ?? [] };
}
