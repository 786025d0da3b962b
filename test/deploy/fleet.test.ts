import { describe, expect, it } from '@jest/globals';
import { fleetOf } from '../../runner/deploy/fleet.ts';
import { load } from '../../runner/load/index.ts';
import { filesOf, KINDS } from '../load/support.ts';

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
      says: 'A stack watches over one project in one environment, and there are shop in staging, shop in prod. Say which: COALMINE_ENV names an environment, COALMINE_CANARIES a folder.',
    },
    { why: 'a slip', environment: 'prot', says: "There is no environment 'prot'. Did you mean 'prod'?" },
    { why: 'another', environment: 'moon', says: "There is no environment 'moon'. There are staging, prod." },
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

  it('is refused for a secret in the environment of a function', () => {
    const texts = {
      'coalmine.config.yaml': PROJECT('shop', '{ prod: {} }'),
      'a.canary.yaml': canary('a', undefined, 'https://example.com/${env:TOKEN}'),
    };

    expect(chosen(texts)).toEqual([
      "${env:TOKEN} is a secret, and a function's environment is no place for one. Use ${secret:…} or ${ssm:…} in prod.",
    ]);
  });
});
