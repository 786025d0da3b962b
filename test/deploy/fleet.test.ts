import { describe, expect, it } from '@jest/globals';
import { fleetOf } from '../../runner/deploy/fleet.ts';
import { needsOf } from '../../runner/deploy/needs.ts';
import { stackPlaceOf } from '../../runner/deploy/stack-place.ts';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';

const PROJECT = (name: string, environments: string): string =>
  `project: ${name}\nenvironments: ${environments}\nchannels: { mail: { sns: "arn:aws:sns:eu-west-1:111122223333:a" } }\nsecrets: [TOKEN]\n`;

function canary(name: string, more = 'schedule: { every: 30m }\n', url = 'https://example.com'): string {
  return `canary: ${name}\nowner: team\n${more}alert: { to: [mail] }\nsteps:\n  - http: GET ${url}\n`;
}

function chosen(texts: Readonly<Record<string, string>>, environment?: string) {
  const { canaries } = load(filesOf(texts, true), KINDS);
  const found = fleetOf(canaries, environment);
  return 'faults' in found
    ? found.faults
    : `${found.fleet.project.name} ${found.fleet.environment.name}: ${found.fleet.canaries.map(({ name }) => name).join(', ')}`;
}

describe('what is deployed', () => {
  it('is what has a schedule and may run there, and nothing else', () => {
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ staging: {}, prod: {} }'),
      'a.canary.yaml': canary('a'),
      'b.canary.yaml': canary('b', 'only: [staging]\nschedule: { every: 30m }\n'),
      'c.canary.yaml': canary('c', ''),
    };

    expect(chosen(texts, 'prod')).toBe('shop prod: a');
    expect(chosen(texts, 'staging')).toBe('shop staging: a, b');
  });

  it.each([
    { to: 'alert: { to: [mail] }\n', channels: ['mail'], action: 'a' },
    { to: '', channels: ['mail', 'stack-topic'], action: 'AlertTopic' },
  ])(
    'notifies the topic of the stack, if a canary names no channel: $channels',
    ({ to, channels, action }) => {
      const texts = {
        'coalmine.config.yaml': PROJECT('shop', '{ prod: {} }'),
        'a.canary.yaml': canary('a').replace('alert: { to: [mail] }\n', to),
      };
      const found = fleetOf(load(filesOf(texts, true), KINDS).canaries, 'prod');
      if ('faults' in found) throw new Error(found.faults.join());

      const { canaries, project, environment } = found.fleet;
      const needs = needsOf({ canaries, project, environment }).channels.filter(
        (need) => need.action === 'sns:Publish',
      );

      expect(project.channels.map(({ name }) => name)).toEqual(channels);
      expect(canaries[0]?.alert.to).toEqual(channels.slice(-1));
      expect(JSON.stringify(needs.at(-1))).toContain(action);
    },
  );

  it('needs no word where only one environment has work', () => {
    const texts = {
      'shop/coalmine.config.yaml': PROJECT('shop', '{ local: {} }'),
      'shop/a.canary.yaml': canary('a', ''),
      'self/coalmine.config.yaml': PROJECT('self', '{ aws: {} }'),
      'self/b.canary.yaml': canary('b'),
    };

    expect(chosen(texts)).toBe('self aws: b');
  });

  it.each([
    {
      why: 'several',
      environment: undefined,
      says: 'A stack watches over one project in one environment, and there are shop in staging, shop in prod. Name the environment with --env, and the project by a folder of its canaries. In a clone, npm run generate takes both from COALMINE_ENV and COALMINE_CANARIES.',
    },
    { why: 'a slip', environment: 'prot', says: "There is no environment 'prot'. Did you mean 'prod'?" },
    {
      why: 'another',
      environment: 'moon',
      says: "There is no environment 'moon'. Known environments: staging, prod.",
    },
  ])('is refused for $why, with what to do', ({ environment, says }) => {
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ staging: {}, prod: {} }'),
      'a.canary.yaml': canary('a'),
    };

    expect(chosen(texts, environment)).toEqual([says]);
  });

  it('is refused where nothing has a schedule', () => {
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ prod: {} }'),
      'a.canary.yaml': canary('a', ''),
    };

    expect(chosen(texts)).toEqual([
      "No canary has a schedule, so there is nothing to deploy. Give one a 'schedule'.",
    ]);
    expect(chosen(texts, 'prod')).toEqual(["No canary with a schedule runs in the environment 'prod'."]);
  });

  it('is refused for a run that outlasts its worker, made twice or not', () => {
    const long = 'schedule: { every: 1h }\ntimeout: 14m\n';
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ prod: {} }'),
      'a.canary.yaml': canary('a', long),
      'b.canary.yaml': canary('b', 'schedule: { every: 1h }\ntimeout: 8m\n').replace(
        'to: [mail]',
        'to: [mail], confirm: 10s',
      ),
    };

    expect(chosen(texts)).toEqual([
      expect.stringContaining('b.canary.yaml: a run of b, made twice to confirm a failure, can take'),
    ]);
  });

  it.each([
    { of: 'a canary', url: 'https://example.com/${env:TOKEN}', more: '' },
    { of: 'a channel', more: '  hook: { webhook: "https://example.com/${env:TOKEN}" }\n' },
    { of: 'a reporter', more: 'reporters: ["otlp:https://example.com key=${env:TOKEN}"]\n' },
  ])('is refused for a secret in the environment of a function: of $of', ({ url, more }) => {
    const mail = 'channels: { mail: { sns: "arn:aws:sns:eu-west-1:111122223333:a" } }\n';
    const channels = 'channels:\n  mail: { sns: "arn:aws:sns:eu-west-1:111122223333:a" }\n';
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ prod: {} }').replace(mail, `${channels}${more}`),
      'a.canary.yaml': canary('a', undefined, url),
    };

    expect(chosen(texts)).toEqual([
      "${env:TOKEN} is a secret, and a function's environment is no place for one. Use ${secret:…} or ${ssm:…} in prod.",
    ]);
  });
});

describe('the place of a stack', () => {
  const ROLE = 'arn:aws:iam::222222222222:role/canaries';
  const ORDERS = 'arn:aws:events:eu-west-1:111111111111:event-bus/orders';
  const HEARS = (bus: string, more = 'schedule: { every: 30m }\n'): string =>
    `canary: a\nowner: team\n${more}alert: { to: [mail] }\nsteps:\n  - expect: event\n    bus: ${bus}\n    within: 5s\n`;
  const WITH_TAPS = (environments: string, ...buses: readonly string[]): string =>
    `${PROJECT('shop', environments)}taps:\n${buses.map((bus) => `  - bus: ${bus}\n`).join('')}`;

  function placeOf(texts: Readonly<Record<string, string>>, environment?: string) {
    const { canaries, diagnostics } = load(filesOf(texts, true), KINDS);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const found = fleetOf(canaries, environment);
    if ('faults' in found) return found.faults;
    const { region, account } = stackPlaceOf(found.fleet).place;
    return { region: region?.value, account: account?.value };
  }

  it.each([
    {
      of: 'a bus by name, with neither region nor role',
      environments: '{ prod: {} }',
      bus: 'orders',
      is: {},
    },
    {
      of: 'a bus by name, in an environment with a region and a role',
      environments: `{ prod: { region: eu-west-1, role: "${ROLE}" } }`,
      bus: 'orders',
      is: { region: 'eu-west-1', account: '222222222222' },
    },
    {
      of: 'a bus by name, from the variables of an environment with a role',
      environments: `{ prod: { role: "${ROLE}", vars: { bus: orders } } }`,
      bus: '${bus}',
      is: { account: '222222222222' },
    },
    {
      of: 'a bus by ARN, whatever the role',
      environments: `{ prod: { role: "${ROLE}", vars: { bus: "${ORDERS}" } } }`,
      bus: '${bus}',
      is: { region: 'eu-west-1', account: '111111111111' },
    },
    {
      of: 'a bus that only a run knows',
      environments: `{ prod: { role: "${ROLE}" } }`,
      bus: '"${env:BUS}"',
      is: {},
    },
  ])('follows from $of', ({ environments, bus, is }) => {
    const texts = { 'coalmine.config.yaml': WITH_TAPS(environments, bus), 'a.canary.yaml': HEARS(bus) };

    expect(placeOf(texts)).toEqual({ region: undefined, account: undefined, ...is });
  });

  it('follows from the environment that is deployed, and from canaries with a schedule, alone', () => {
    const texts = {
      'coalmine.config.yaml': WITH_TAPS(`{ staging: {}, prod: { role: "${ROLE}" } }`, 'orders'),
      'a.canary.yaml': HEARS('orders', 'schedule: { every: 30m }\n'),
      'b.canary.yaml': HEARS('orders', '').replace('canary: a', 'canary: b'),
    };

    expect(placeOf(texts, 'staging')).toEqual({});
    expect(placeOf(texts, 'prod')).toEqual({ account: '222222222222' });
  });

  it('is no place where two checks wait for buses of two accounts', () => {
    const texts = {
      'coalmine.config.yaml': WITH_TAPS(`{ prod: { role: "${ROLE}" } }`, 'ships', ORDERS),
      'a.canary.yaml': HEARS('ships'),
      'b.canary.yaml': HEARS(ORDERS).replace('canary: a', 'canary: b'),
    };

    expect(placeOf(texts)).toEqual([
      "b.canary.yaml:6:5: 'expect: event' waits for bus orders in eu-west-1, account 111111111111, and a.canary.yaml:6:5: " +
        "'expect: event' waits for bus ships in account 222222222222. A stack reads buses of one account and region only. Let a " +
        'rule forward the events to a bus in the account and region of the other, and name that bus; or deploy the two in stacks of their own.',
      expect.stringContaining(
        'a tap of the project file listens to bus orders in eu-west-1, account 111111111111, and a.canary',
      ),
    ]);
  });

  it('is no place where two taps listen in two regions', () => {
    const far = ORDERS.replace('eu-west-1', 'us-east-1').replace('orders', 'ships');
    const texts = {
      'coalmine.config.yaml': WITH_TAPS('{ prod: {} }', ORDERS, far),
      'a.canary.yaml': HEARS(ORDERS),
    };

    expect(placeOf(texts)).toEqual([
      expect.stringContaining(
        'a tap of the project file listens to bus ships in us-east-1, account 111111111111, and a.canary.yaml:6:5',
      ),
    ]);
  });
});
