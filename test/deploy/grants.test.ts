import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CanaryError } from '../../runner/core/base/errors.ts';
import type { JsonMap } from '../../runner/core/base/json.ts';
import type { Canary } from '../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { needsOf } from '../../runner/deploy/needs.ts';
import { EVERY_RESOURCE, type Permission } from '../../runner/kinds/kind.ts';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';
import { sampleSize } from '../support/effort.ts';
import { actStep, canaryOf, expectStep } from '../support/run/builders.ts';

/** Each kind with all keys that name something, the name in place of NAME. */
const STEPS: readonly { readonly kind: string; readonly input: JsonMap; readonly looks?: true }[] = [
  { kind: 'putItem', input: { table: 'NAME', item: { id: 'x' } } },
  { kind: 'deleteItem', input: { table: 'NAME', key: { id: 'x' } } },
  { kind: 'putEvent', input: { bus: 'NAME', source: 's', detailType: 'd' } },
  { kind: 'publish', input: { topic: 'NAME', body: 'x' } },
  { kind: 'sendMessage', input: { queue: 'NAME', body: 'x' } },
  { kind: 'invoke', input: { function: 'NAME' } },
  { kind: 'startExecution', input: { stateMachine: 'NAME' } },
  { kind: 'putObject', input: { bucket: 'NAME', key: 'NAME', body: 'x' } },
  { kind: 'deleteObject', input: { bucket: 'bucket', key: 'NAME' } },
  {
    kind: 'http',
    input: { request: 'GET https://NAME.execute-api.eu-west-1.amazonaws.com/NAME', auth: 'aws' },
  },
  { kind: 'http', input: { request: 'GET NAME', auth: 'aws' } },
  { looks: true, kind: 'item', input: { table: 'NAME', index: 'NAME', key: { id: 'x' } } },
  { looks: true, kind: 'item', input: { table: 'NAME', key: { id: 'x' } } },
  { looks: true, kind: 'object', input: { bucket: 'NAME', key: 'NAME' } },
  { looks: true, kind: 'message', input: { queue: 'NAME' } },
  { looks: true, kind: 'message', input: { topic: 'NAME' } },
  { looks: true, kind: 'event', input: { bus: 'NAME' } },
  { looks: true, kind: 'log', input: { logGroup: 'NAME' } },
  { looks: true, kind: 'execution', input: { stateMachine: 'NAME' } },
  { looks: true, kind: 'execution', input: { arn: 'NAME' } },
];

/** The only actions that are granted on everything: IAM knows no resources for them. */
const WITHOUT_RESOURCE = /^(cloudwatch:GetMetricData|xray:|sns:GetSubscriptionAttributes$)/;

const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/123456789012/';

const hostile = fc.oneof(
  fc.constantFrom(
    '*',
    'a*',
    '?',
    '**',
    '*/*',
    '${*}',
    '$${*}',
    '$${aws:username}',
    '${',
    '}',
    '"',
    "'",
    '\n',
    ',',
    'orders',
    'a',
    ':',
    '/',
  ),
  fc.constantFrom(
    'arn:aws:sqs:',
    'arn:aws:dynamodb:eu-west-1:123456789012:table/',
    'eu-west-1',
    '123456789012:',
    'table/',
    QUEUES,
  ),
  fc.constantFrom(
    '${saved}',
    '${run.shortId}',
    '${env:QUEUE}',
    '${cf:shop.Queue}',
    '${cf:shop/Inner/Queue}',
    '${literal}',
    '${nested.name}',
    '${env.region}',
    '${env.name}',
  ),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(hostile, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

function putIn(input: JsonMap, name: string): JsonMap {
  return JSON.parse(JSON.stringify(input), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('NAME', () => name) : value,
  ) as JsonMap;
}

function stepFor({ kind, input, looks }: (typeof STEPS)[number], name: string): Canary['steps'][number] {
  const more = { kind, input: putIn(input, name) };
  return looks === true ? expectStep(kind, more) : actStep(kind, more);
}

/** Grants that are wider than the names in a file: one with a wildcard of which the file did not name the beginning. */
function widerIn(canary: Canary, vars: JsonMap): readonly string[] {
  const environment = { name: 'prod', vars };
  let needs: ReturnType<typeof needsOf>;
  try {
    needs = needsOf({ canaries: [canary], project: NO_PROJECT, environment, readsTaps: true });
  } catch (thrown) {
    if (thrown instanceof CanaryError) return []; // refused
    throw thrown;
  }
  return needs.canaries.flatMap(({ action, on }) =>
    [on.arn, ...(on.ifName === undefined ? [] : [on.ifName.arn])]
      .filter((arn) => isWide(arn, action))
      .map((arn) => `${action} on ${arn}`),
  );
}

/** True for a grant of which a service, a place or the beginning of a name is open. Fn::Sub's parameters and literals are none. */
function isWide(arn: string, action: string): boolean {
  if (WITHOUT_RESOURCE.test(action)) return arn !== '*';
  const plain = arn.replace(/\$\{![*?$]\}/g, 'x').replace(/\$\{[A-Za-z0-9:]+\}/g, 'x');
  if (/^\$\{[A-Za-z0-9]+\}/.test(arn)) return !/^[^*?]*(?:\/.*|:\*)?$/s.test(plain); // a parameter holds a whole ARN or name
  if (plain.includes('${')) return true; // a variable of IAM or CloudFormation that we did not write
  const [lead = ''] = plain.split(/[*?]/);
  if (lead === plain) return false;
  const [, , service, , account, ...rest] = lead.split(':');
  const name = rest
    .join(':')
    .replace(/^(table|event-bus|parameter|stack)\/|^(function|log-group|stateMachine|execution|secret):/, '');
  return service === undefined || (service !== 's3' && account === undefined) || name === '';
}

/** Names that once led to a wider grant. */
const FOUND_LATER: [string, string, string][] = [
  [`${QUEUES}${QUEUES}\${saved}`, 'a', 'b'],
  [`${QUEUES}orders/\${saved}`, 'a', 'b'],
];

describe('what a fleet is granted', () => {
  it.each(STEPS)('is never wider than the names in its files: $kind $input', (step) => {
    fc.assert(
      fc.property(text, text, text, (name, literal, nested) => {
        const canary = { ...canaryOf({}, stepFor(step, name)), vars: { literal, nested: { name: nested } } };
        expect(widerIn(canary, {})).toEqual([]);
        expect(widerIn({ ...canary, vars: {} }, canary.vars)).toEqual([]);
      }),
      { numRuns: sampleSize({ small: 60, full: 5_000 }), examples: FOUND_LATER },
    );
  });

  it('is nothing at all on a name that no service has, which the loader refuses', () => {
    for (const name of ['*', 'a*', '?', '"a"', 'a\\nb', 'arn:aws:dynamodb:eu-west-1:123456789012:table/*'])
      for (const step of [
        'putItem: "NAME"\n    item: { id: x }',
        'sendMessage: "NAME"\n    body: x',
        'invoke: "NAME"',
        'putItem: ${named}\n    item: { id: x }',
        'putItem: ${ofEnvironment}\n    item: { id: x }',
      ]) {
        const { diagnostics } = load(
          filesOf({
            'coalmine.config.yaml': `project: p\nenvironments:\n  prod:\n    vars: { ofEnvironment: "${name}" }\n`,
            'a.canary.yaml': `canary: a\nowner: b\nvars: { named: "${name.replaceAll('"', '\\"')}" }\nsteps:\n  - ${step.replaceAll('NAME', name.replaceAll('"', '\\"'))}\n`,
          }),
          KINDS,
        );
        expect([name, step, diagnostics.filter(({ severity }) => severity === 'error').length > 0]).toEqual([
          name,
          step,
          true,
        ]);
      }
  });

  it('bites: a symbol alone stands for every resource, and the check finds each open place', () => {
    const all: readonly Permission[] = Object.values(KINDS.nouns).flatMap(({ name, permissions }) =>
      name === 'metric' || name === 'trace' ? permissions({}) : [],
    );
    expect(all.every(({ resource }) => resource === EVERY_RESOURCE)).toBe(true);
    for (const arn of [
      '*',
      'arn:aws:sqs:*:1:q',
      'arn:aws:sqs:eu-west-1:1:*',
      'arn:aws:dynamodb:eu-west-1:1:table/*',
      'arn:aws:s3:::*',
      'arn:aws:s3:::b/${aws:username}x!',
    ])
      expect([arn, isWide(arn, 'a:B')]).toEqual([arn, !arn.includes('username')]);
    expect(isWide('arn:aws:s3:::b/canary/*', 's3:PutObject')).toBe(false);
  });
});
