import { describe, expect, it } from '@jest/globals';
import { DefinitionError, ObserverError, StandstillError } from '../../../runner/core/base/errors.ts';
import { parseJson } from '../../../runner/core/base/json.ts';
import type { ExternalName, ExternalValue } from '../../../runner/core/expression/reference.ts';
import {
  fillSettled,
  inEnvironment,
  keepingSecrets,
  readExternals,
  textsIn,
} from '../../../runner/core/expression/resolve-references.ts';
import { MASK, secretsOf } from '../../../runner/core/redaction/redact.ts';

/** References that record their reads. */
function telling(secret: boolean, value?: string) {
  const asked: string[] = [];
  const read = async ({ scheme, name }: ExternalName, how?: { fresh?: boolean }): Promise<ExternalValue> => {
    asked.push(`${scheme}:${name}${how?.fresh === true ? ' fresh' : ''}`);
    return { value: value ?? `read-${name}`, secret };
  };
  return { asked, read };
}

describe('values from outside', () => {
  it('are read together, and found by their mention', async () => {
    const found = await readExternals(
      [
        { scheme: 'env', name: 'A' },
        { scheme: 'cf', name: 's.B' },
      ],
      telling(false),
    );

    expect([...found]).toEqual([
      ['env:A', 'read-A'],
      ['cf:s.B', 'read-s.B'],
    ]);
  });

  const named = (...names: readonly string[]): readonly ExternalName[] =>
    names.map((name) => ({ scheme: 'env', name }));

  const failing = (faults: Readonly<Record<string, Error>>) => ({
    read: async ({ name }: ExternalName): Promise<ExternalValue> => {
      const fault = faults[name];
      if (fault !== undefined) throw fault;
      return { value: 'read', secret: false };
    },
  });

  it('that could not be read are all named, each once, with the fault of the first', async () => {
    const faults = {
      B: new DefinitionError('B is not set. Set it.'),
      D: new ObserverError('D is denied.', { permanent: true }),
    };
    const names = named('A', 'B', 'C', 'D', 'B', 'D');

    const fault = await readExternals(names, failing(faults)).catch((thrown: unknown) => thrown);

    expect(fault).toBeInstanceOf(DefinitionError);
    expect(fault).toMatchObject({
      message: 'B is not set. Set it. These could not be read either: ${env:D}.',
      cause: faults.B,
    });
  });

  it('keep what a retry may know of the first that could not be read', async () => {
    const faults = {
      A: new ObserverError('A is throttled.', { retryable: true }),
      B: new ObserverError('B is throttled.', { retryable: true }),
    };

    await expect(readExternals(named('A', 'B'), failing(faults))).rejects.toMatchObject({
      message: 'A is throttled. These could not be read either: ${env:B}.',
      blame: 'observer',
      permanent: false,
      retryable: true,
    });
  });

  it('are named without those whose name holds one that could not be read', async () => {
    const unset = new DefinitionError('${env:STACK} has no value.');
    const of = failing({ STACK: unset, 'shop-${env:STACK}.Url': unset, 'shop-${env:STACK}.Bus': unset });
    const names: readonly ExternalName[] = [
      { scheme: 'cf', name: 'shop-${env:STACK}.Url' },
      { scheme: 'env', name: 'STACK' },
      { scheme: 'cf', name: 'shop-${env:STACK}.Bus' },
    ];

    await expect(readExternals(names, of)).rejects.toBe(unset);
  });

  it('give a fault as it is if it is the only one, or says nothing of the names', async () => {
    const alone = new DefinitionError('A is not set.');
    const standstill = new StandstillError(5_000, 'AWS did not answer.');
    const bug = new TypeError('not sorted');

    await expect(readExternals(named('A', 'B', 'A'), failing({ A: alone }))).rejects.toBe(alone);
    await expect(readExternals(named('A', 'B'), failing({ A: alone, B: standstill }))).rejects.toBe(
      standstill,
    );
    await expect(readExternals(named('A', 'B'), failing({ A: alone, B: bug }))).rejects.toBe(bug);
  });
});

describe('what is settled before any run', () => {
  const environment = {
    name: 'prod',
    region: 'eu-west-1',
    vars: { team: 'a-${env:TEAM}', urls: { hook: '${secret:hooks#a}' }, round: '${trip}', trip: '${round}' },
  };

  it('is filled in wherever it stands, with the names of the environment', async () => {
    const channel = {
      slack: '${urls.hook}',
      headers: [{ key: '${ssm:/k}', text: 'for ${team} in ${env.name}, ${env.region}' }],
      on: true,
    };

    const filled = await fillSettled(channel, environment, telling(false));

    expect(filled).toEqual({
      slack: 'read-hooks#a',
      headers: [{ key: 'read-/k', text: 'for a-read-TEAM in prod, eu-west-1' }],
      on: true,
    });
  });

  it('is read again if fresh values are asked for', async () => {
    const references = telling(false);

    await fillSettled('${ssm:/k}', environment, references, { fresh: true });

    expect(references.asked).toEqual(['ssm:/k fresh']);
  });

  it.each([
    { value: '${nobody}', says: '${nobody} has no value before a run' },
    { value: '${urls.nothing}', says: '${urls.nothing} has no value before a run' },
    { value: '${run.id}', says: '${run.id} has no value before a run' },
    { value: '${round}', says: 'has no value before a run' },
  ])('refuses $value', async ({ value, says }) => {
    await expect(fillSettled(value, environment, telling(false))).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining(says),
    });
  });

  it('knows no region where the environment has none', async () => {
    const nowhere = { name: 'local', vars: {} };

    await expect(fillSettled('${env.region}', nowhere, telling(false))).rejects.toThrow('has no value');
    await expect(fillSettled('${env.name}', nowhere, telling(false))).resolves.toBe('local');
  });
});

describe('references in an environment', () => {
  const asked: string[] = [];
  const within = inEnvironment(
    { name: 'prod', vars: {} },
    {
      read: async ({ scheme, name }) => {
        asked.push(`${scheme}:${name}`);
        return { value: scheme === 'ssm' ? 'shop-7' : 'a value', secret: false };
      },
    },
  );

  it('read a value of the stack that the environment names', async () => {
    await within.read({ scheme: 'cf', name: '${ssm:/shop/stack}-${env.name}/Orders' });
    await within.read({ scheme: 'ssm', name: '/plain' });

    expect(asked).toEqual(['ssm:/shop/stack', 'cf:shop-7-prod/Orders', 'ssm:/plain']);
  });

  it.each([
    { written: 'shop-${env:STACK}.Url', filled: 'shop-a b.Url' },
    { written: '${env:STACK}/Orders', filled: 'a b/Orders' },
    { written: 'shop-${env:MORE}.Url', filled: 'shop-a/b.Url' },
    { written: 'shop-${env:LESS}.Url', filled: 'shop-a.B.Url' },
  ])('refuse a value that makes $filled of $written, and show both', async ({ written, filled }) => {
    const values: Readonly<Record<string, string>> = { STACK: 'a b', MORE: 'a/b', LESS: 'a.B' };
    const of = inEnvironment(
      { name: 'prod', vars: {} },
      { read: async ({ name }) => ({ value: values[name] ?? 'read', secret: false }) },
    );

    await expect(of.read({ scheme: 'cf', name: written })).rejects.toMatchObject({
      blame: 'definition',
      message: `\${cf:${written}} becomes \${cf:${filled}}, and no stack has such a name. Correct the values in it.`,
    });
  });

  it('read a stack that a value names by its whole ARN', async () => {
    const arn = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/0a';
    const read: string[] = [];
    const of = inEnvironment(
      { name: 'prod', vars: {} },
      {
        read: async ({ scheme, name }) => {
          read.push(name);
          return { value: scheme === 'env' ? arn : 'x', secret: false };
        },
      },
    );

    await of.read({ scheme: 'cf', name: '${env:STACK}.Url' });

    expect(read).toEqual(['STACK', `${arn}.Url`]);
  });

  it('read nothing if a part of the name has no value', async () => {
    await expect(within.read({ scheme: 'cf', name: 'shop-${env.region}/Orders' })).rejects.toThrow(
      '${env.region} has no value before a run',
    );
  });
});

describe('secrets', () => {
  const NAME: ExternalName = { scheme: 'secret', name: 'shop/db' };

  it('are masked from the moment they were read, in a redactor handed out before', async () => {
    const secrets = secretsOf();
    const { redactor } = secrets;
    const before = redactor.text('a hunter2-hunter2');

    await keepingSecrets(telling(true, 'hunter2-hunter2'), secrets).read(NAME);

    expect([before, redactor.text('a hunter2-hunter2')]).toEqual(['a hunter2-hunter2', `a ${MASK}`]);
  });

  it('leave alone what is none', async () => {
    const secrets = secretsOf();

    await keepingSecrets(telling(false, 'plain-value'), secrets).read(NAME);

    expect(secrets.redactor.deep({ a: 'plain-value' })).toEqual({ a: 'plain-value' });
  });

  it('are refused by name where they are too short to be masked', async () => {
    const { read } = keepingSecrets(telling(true, '1234567'), secretsOf());

    await expect(read(NAME)).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringMatching(/^(?!.*1234567).*\$\{secret:shop\/db\} is shorter than 8 characters/),
    });
  });

  it('of JSON are masked member by member too', async () => {
    const secrets = secretsOf();
    const json =
      '{"user":"hunter-of-two","pin":1234567890123,"list":["deep-inside"],"short":"abc",' +
      '"account":1234567890123456789,"on":true}';

    await keepingSecrets(telling(true, json), secrets).read(NAME);

    const seen = ['hunter-of-two', 1234567890123, 'deep-inside', 'abc', 12345678901234, true];
    expect(secrets.redactor.deep(seen)).toEqual([MASK, MASK, MASK, 'abc', 12345678901234, true]);
    expect(secrets.redactor.deep(parseJson('[1234567890123456789, 1234567890123456788]'))).toEqual(
      parseJson('["***", 1234567890123456788]'),
    );
  });

  it.each(['{not JSON at all', '[1'])('that only begin like JSON are text: %s', async (text) => {
    const secrets = secretsOf();
    const long = `${text}-and-longer`;

    await keepingSecrets(telling(true, long), secrets).read(NAME);

    expect(secrets.redactor.text(long)).toBe(MASK);
  });
});

describe('the texts in a value', () => {
  it('are those of its scalars: null has none', () => {
    expect(textsIn({ a: [null, 1], b: 'x' })).toEqual(['1', 'x']);
  });
});
