import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as resources from '../../runner/core/aws/resources/table.ts';
import { QUESTIONS } from '../../runner/doctor/questions/table.ts';
import { EVERY_RESOURCE, type Noun, type Permission, type Verb } from '../../runner/kinds/kind.ts';
import { KINDS } from '../../runner/registry.ts';
import { actionsIn, iamActionOfPackage } from '../support/aws/iam-services.ts';
import { inputWith } from '../support/run/kind-inputs.ts';

const ROOT = join(import.meta.dirname, '../..');
const VERBS = Object.values(KINDS.verbs) as readonly Verb[];
const NOUNS = Object.values(KINDS.nouns) as readonly Noun[];

/** Services whose calls have no resource types, and the doctor's question to each. */
const WHOLE_SERVICES: Readonly<Record<string, string>> = { cloudwatch: 'metric', xray: 'traces' };
/** Services that the runner itself uses, and no kind: for references, roles, metrics, the doctor and signing in. */
const OWN_SERVICES = [
  'cloudformation',
  'cognito-idp',
  'iam',
  'secretsmanager',
  'ssm',
  'sts',
  ...Object.keys(WHOLE_SERVICES),
];

/** The permissions of a kind of which the doctor would not know what to ask: none of its keys names the resource. */
function unasked({ name, permissions }: Pick<Verb | Noun, 'name' | 'permissions'>): readonly string[] {
  return permissions(inputWith(() => true) as never).flatMap(({ action, resource }: Permission) => {
    const [service = ''] = action.split(':');
    if (resource === EVERY_RESOURCE) return [];
    const [, key] = /^<(\w+)>/.exec(resource) ?? [];
    const named = Object.values(resources).find((one) => one.service === service);
    // The ARN of an execution is one that a run saved: it does not exist before.
    const isKnown = named === undefined ? WHOLE_SERVICES[service] !== undefined : key === named.name;
    return isKnown || key === 'arn' ? [] : [`${name}: ${action} on ${resource}`];
  });
}

function page(name: string): string {
  return readFileSync(join(ROOT, 'docs', name), 'utf8');
}

/** The words in backticks in the first cells of the table below a heading of its first column. */
function firstColumn(text: string, heading: string): readonly string[] {
  const [, rows = ''] = text.split(`\n| ${heading} |`);
  const [table = ''] = rows.split('\n\n');
  return table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, word = '']) => word));
}

describe('what a kind names', () => {
  it.each([...VERBS, ...NOUNS].map((kind) => [kind.name, kind] as const))(
    '%s names it by a key that the doctor knows',
    (_, kind) => {
      expect(unasked(kind)).toEqual([]);
    },
  );

  it('bites: a service without a resource is found, and so is a key of another name', () => {
    const permissions = () => [
      { action: 'planted:PutRecord', resource: '<stream>' },
      { action: 'sqs:SendMessage', resource: '<inbox>' },
      { action: 'sqs:SendMessage', resource: '<queue>' },
    ];

    expect(unasked({ name: 'putRecord', permissions })).toEqual([
      'putRecord: planted:PutRecord on <stream>',
      'putRecord: sqs:SendMessage on <inbox>',
    ]);
  });

  it('has a question of the doctor: each resource, and each service without resources', () => {
    const named = [...Object.keys(resources), ...Object.values(WHOLE_SERVICES)];

    expect(named.filter((name) => !QUESTIONS.has(name))).toEqual([]);
  });

  it('is of a service that signs by the name that IAM has for it, in every client of the AWS SDK that is installed', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const clients = Object.keys(devDependencies).flatMap(
      (name) => /^@aws-sdk\/client-(.*)$/.exec(name)?.[1] ?? [],
    );
    const services = clients.map((client) => iamActionOfPackage(client, 'X').replace(/:X$/, ''));

    expect(services.toSorted()).toEqual(
      [...Object.values(resources).map(({ service }) => service), ...OWN_SERVICES].toSorted(),
    );
  });
});

describe('the pages', () => {
  it('say of every verb what it sends along, and of every noun what selects it', () => {
    const language = page('reference/language.md');

    expect(firstColumn(language, 'do-step').toSorted()).toEqual(VERBS.map(({ name }) => name).toSorted());
    expect([...new Set(firstColumn(language, 'noun'))]).toEqual(
      expect.arrayContaining(NOUNS.map(({ name }) => name)),
    );
  });

  it('say of every question of the doctor by which action it is asked', () => {
    const folder = join(ROOT, 'runner/doctor/questions');
    const asked = readdirSync(folder).flatMap((file) => actionsIn(readFileSync(join(folder, file), 'utf8')));
    const doctor = page('guide/doctor.md');

    expect(asked.length).toBeGreaterThan(10);
    expect([...asked, 'planted:Call'].filter((action) => !doctor.includes(`\`${action}\``))).toEqual([
      'planted:Call',
    ]);
  });
});
