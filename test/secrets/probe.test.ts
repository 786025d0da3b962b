import { describe, expect, it } from '@jest/globals';
import { classifyAwsError } from '../../runner/adapters/aws/errors.ts';
import { ObserverError, TargetError } from '../../runner/core/base/errors.ts';
import type { Json } from '../../runner/core/base/json.ts';
import type { References } from '../../runner/core/expression/reference.ts';
import { keepingSecrets } from '../../runner/core/expression/resolve-references.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { MASK, NO_SECRETS, type Secrets, secretsOf } from '../../runner/core/redaction/redact.ts';
import { dryRun } from '../../runner/engine/run/dry-run.ts';
import { sampleOf } from '../support/effort.ts';
import { type LeakProbe, OUTPUTS } from '../support/outputs.ts';
import { actStep, canaryOf, expectStep } from '../support/run/builders.ts';
import { RunHarness } from '../support/run/run-harness.ts';
import { CONTEXTS, FORMS, SECRETS, stretchesOf, WRAPPED } from '../support/secret-forms.ts';

const INDICES = CONTEXTS.map((_, index) => index);

/** A run whose answers, evidence, sentences and errors all hold the texts. */
const CANARY = canaryOf(
  { cleanup: [actStep('break', { input: { how: 'bug' } }), actStep('wait', { input: { how: 'sdk' } })] },
  actStep('ask', {
    input: { word: '${secret:s}' },
    save: Object.fromEntries(INDICES.map((index) => [`kept${index}`, `response.list[${index}]`])),
  }),
  expectStep('differ', {
    has: Object.fromEntries(INDICES.map((index) => [`f${index}`, 'else'])),
    withinMs: 10,
  }),
  ...INDICES.map((index) => expectStep(`stand near ${index}`, { input: { near: index }, withinMs: 10 })),
  expectStep('be away', { input: { away: true }, withinMs: 10 }),
);

/** Embeds each text; one value cannot be read, and its error holds all of them. */
const DRY = canaryOf(
  {},
  actStep('send', {
    input: { word: '${secret:s}' },
    response: Object.fromEntries(INDICES.map((index) => [`t${index}`, `\${env:${index}}`])),
  }),
  actStep('miss', { input: { gone: '${env:gone}' } }),
);

/** References that read the secret from a store, and its encoded forms from the environment. */
function referencesTo(secret: string, texts: readonly string[]): References {
  return {
    read: async ({ scheme, name }) => {
      if (scheme === 'secret') return { value: secret, secret: true };
      const text = texts[Number(name)];
      if (text === undefined) throw new ObserverError(texts.join(' '));
      return { value: text, secret: false };
    },
  };
}

function probeHarness(texts: readonly string[]): RunHarness {
  const harness = new RunHarness();
  harness.act = async ({ how }) => {
    if (how === undefined) return { data: { list: texts } };
    throw Object.assign(new Error(texts.join(' ')), how === 'sdk' ? { name: 'ThrottlingException' } : {});
  };
  harness.poll = (_, __, { near, away }) => {
    if (away === true) return new TargetError(texts.join(' '));
    harness.nearby = near === undefined ? texts : [texts[Number(near)] as string];
    if (near !== undefined) return [];
    const fields = texts.map((text, n): [string, Json] => [`f${n}`, text]);
    return [{ data: Object.fromEntries([...fields, ...texts.map((text): [string, Json] => [text, 1])]) }];
  };
  return harness;
}

async function spill(secret: string, form: string, secrets: Secrets): Promise<LeakProbe> {
  const texts = CONTEXTS.map((context) => context(form));
  const harness = probeHarness(texts);
  const engine = {
    ...harness.engine,
    references: keepingSecrets(referencesTo(secret, texts), secrets),
    redactor: secrets.redactor,
    classifyAwsError,
  };
  const request = {
    canary: DRY,
    project: NO_PROJECT,
    environment: { name: 'default', vars: {} },
    signal: new AbortController().signal,
    showValues: true,
  };
  const result = await harness.run(CANARY, { engine });
  return { result, reported: harness.reported, dryRun: await dryRun(request, engine), texts, secrets };
}

type Outputs = Readonly<Record<string, string>>;

async function outputsOf(spilt: LeakProbe): Promise<Outputs> {
  return Object.fromEntries(
    await Promise.all(
      Object.entries(OUTPUTS).map(async ([name, output]) => [name, await output(spilt)] as const),
    ),
  );
}

/** Parts of the secret, raw and encoded, in an output, except for permitted ones. */
function leaksIn(outputs: Outputs, stretches: ReadonlySet<string>, anyway: Outputs): readonly string[] {
  return Object.entries(outputs).flatMap(([name, text]) =>
    [...stretches]
      .filter((stretch) => text.includes(stretch) && anyway[name]?.includes(stretch) !== true)
      .map((stretch) => `${name}: ${stretch}`),
  );
}

/** Characters of base64 of base64 that hold six of a secret even where they hold three of what stands around it. */
const LEAK_IN_DOUBLE = 16;

/** Stretches of a form that show no more of a secret than its ends: what stands around it. */
function around(secret: string, name: string, length?: number): ReadonlySet<string> {
  const encode = FORMS[name] as (secret: string) => string;
  const inner = secret.slice(2, -2);
  const hidden = ['~', '!'].map(
    (one) => `${secret.slice(0, 2)}${one.repeat(inner.length)}${secret.slice(-2)}`,
  );
  return new Set(hidden.flatMap((other) => stretchesOf(encode(other), length)));
}

function stretchesIn(secret: string, name: string, form: string): ReadonlySet<string> {
  const length = name === 'base64 of longer base64' ? LEAK_IN_DOUBLE : undefined;
  const anyway = around(secret, name, length);
  const encoded = name === 'stack' ? [] : stretchesOf(form, length); // most of a stack is no secret
  return new Set([...stretchesOf(secret), ...encoded].filter((stretch) => !anyway.has(stretch)));
}

describe('no secret leaves the process', () => {
  const harmless = spill('nothing-of-this-is-in-a-secret', MASK, secretsOf()).then(outputsOf);

  it('in any form, in any context, by any way out', async () => {
    const secrets = secretsOf();
    let probes = 0;
    const leaks: string[] = [];
    const sample = sampleOf(SECRETS, 25);
    for (const secret of sample) {
      for (const [name, encode] of Object.entries(FORMS)) {
        const form = encode(secret);
        const outputs = await outputsOf(await spill(secret, form, secrets));
        const silent = Object.keys(outputs).filter((output) => outputs[output]?.includes(MASK) !== true);
        leaks.push(...leaksIn(outputs, stretchesIn(secret, name, form), await harmless));
        leaks.push(...silent.map((output) => `${output} was not reached by ${name}`));
        probes += CONTEXTS.length * Object.keys(outputs).length;
      }
    }
    process.stdout.write(`secrets: ${probes} probes, ${leaks.length} leaks\n`);

    expect(leaks.slice(0, 20)).toEqual([]);
    expect(probes).toBe(sample.length * Object.keys(FORMS).length * 6 * 18);
  });

  it('bites: without a redactor it is in every output', async () => {
    const secret = SECRETS[20] as string;

    const outputs = await outputsOf(
      await spill(secret, secret, {
        redactor: NO_SECRETS,
        learn: () => {},
        learnMember: () => {},
      }),
    );

    const leaks = leaksIn(outputs, new Set(stretchesOf(secret)), await harmless);
    const reached = new Set(leaks.map((leak) => leak.slice(0, leak.indexOf(':'))));
    expect([...reached]).toEqual(Object.keys(OUTPUTS));
  });

  it('but for one that is broken into lines, which the docs say', async () => {
    const secret = SECRETS[30] as string;

    const outputs = await outputsOf(await spill(secret, WRAPPED(secret), secretsOf()));

    expect(leaksIn(outputs, new Set(stretchesOf(secret)), await harmless)).not.toEqual([]);
  });
});
