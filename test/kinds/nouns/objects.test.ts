import { Readable } from 'node:stream';
import { type GetObjectCommandOutput, S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { object } from '../../../runner/kinds/nouns/data/object.ts';
import { canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

type Answer = Partial<Omit<GetObjectCommandOutput, 'Body'>> & { readonly Body?: Readable };

/** S3 that gives these answers to GetObject, the last one again and again, and one to HeadObject. */
async function run(
  mode: 'expect' | 'never',
  has: Json | undefined,
  answers: readonly (Answer | Error)[],
  head?: Answer | Error,
) {
  const calls: string[] = [];
  let gets = 0;
  const send = async ({ constructor }: { readonly constructor: { readonly name: string } }) => {
    calls.push(constructor.name);
    if (head instanceof Error && constructor.name === 'HeadObjectCommand') throw head;
    if (constructor.name === 'HeadObjectCommand') return head;
    if (constructor.name === 'ListObjectsV2Command') return {};
    const answer = answers[Math.min(gets, answers.length - 1)];
    gets += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const engine: Partial<Engine> = {
    nouns: { object },
    clientOf: (() => ({ send })) as unknown as Engine['clientOf'],
  };
  const asked = {
    kind: 'object',
    input: { bucket: 'reports', key: 'a.json' },
    ...(has === undefined ? {} : { has }),
  };
  const step =
    mode === 'expect'
      ? expectStep('it', { ...asked, withinMs: 50 })
      : neverStep('it', { ...asked, forMs: 50 });
  const { steps } = await new RunHarness().run(canaryOf({}, step), { engine });
  return { ...(steps[0] as (typeof steps)[number]), calls };
}

function refused(name: string): Error {
  return new S3ServiceException({
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: 403 },
    message: 'no',
  });
}

function bodyOf(text: string): Readable {
  return Readable.from([Buffer.from(text)]);
}

/** A body that breaks off, or does not match its checksum: its stream ends with an error. */
function broken(words: string): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('{"status":');
      throw new Error(words);
    })(),
  );
}

const JSON_TYPE = { ContentType: 'application/json' };
const ARCHIVED = Object.assign(refused('InvalidObjectState'), { StorageClass: 'GLACIER' });
const HEAD = {
  ContentLength: 12,
  ContentType: 'text/csv',
  Metadata: { team: 'shop' },
} as const;

describe('an archived object', () => {
  it.each([
    ['never', undefined, 'failed', 'target', '1 object was seen that should never appear'],
    ['never', { size: { $above: 1 } }, 'failed', 'target', '1 object was seen'],
    ['never', { size: 0 }, 'passed', undefined, 'none in'],
    ['never', { body: { status: 'FAILED' } }, 'error', 'observer', 'it is archived (GLACIER)'],
    [
      'expect',
      { size: 12, contentType: 'text/csv', metadata: { team: 'shop' } },
      'passed',
      undefined,
      'after',
    ],
    ['expect', { body: 'x' }, 'error', 'observer', 'it is archived (GLACIER)'],
  ] as const)('%s %j is %s', async (...[mode, has, verdict, blame, reason]) => {
    const step = await run(mode, has, [ARCHIVED], HEAD);

    expect(step).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
    expect(step.blame).toBe(blame);
  });
});

describe('an archived object of which S3 gives no more', () => {
  it.each([
    ['never', undefined, 'failed', '1 object was seen'],
    ['expect', undefined, 'passed', 'after'],
    ['expect', { size: 12 }, 'error', 'S3 gives no more of it'],
    ['never', { size: 12 }, 'error', 'S3 gives no more of it'],
  ] as const)('%s %j is %s', async (...[mode, has, verdict, reason]) => {
    const step = await run(mode, has, [ARCHIVED], refused('NotFound'));

    expect(step).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
  });
});

describe('an object whose body does not arrive whole', () => {
  it.each(['aborted', 'Checksum mismatch: expected "a" but received "b"'])(
    'is read once more (%s)',
    async (words) => {
      const good = { ...JSON_TYPE, Body: bodyOf('{"status":"ok"}') };
      const step = await run('expect', { body: { status: 'ok' } }, [
        { ...JSON_TYPE, Body: broken(words) },
        good,
      ]);

      expect(step).toMatchObject({
        verdict: 'passed',
        attempts: 1,
        calls: ['GetObjectCommand', 'GetObjectCommand'],
      });
    },
  );

  it('is not waited for longer than twice five seconds', async () => {
    const bodies = Array.from({ length: 4 }, () => new Readable({ read: () => {} }));
    const stalled = bodies.map((Body) => ({ ...JSON_TYPE, Body }));
    const step = await run('expect', undefined, stalled);

    expect(step).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: 'The body of reports/a.json did not arrive whole, in 2 tries: it took longer than 5 s.',
    });
    expect(step.attempts).toBe(2);
    expect(bodies.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it.each(['expect', 'never'] as const)(
    'is an error of the observer for %s, if that does not help',
    async (mode) => {
      const once = {
        ...JSON_TYPE,
        get Body() {
          return broken('aborted');
        },
      };
      const step = await run(mode, { body: { status: 'FAILED' } }, [once]);

      expect(step).toMatchObject({
        verdict: 'error',
        blame: 'observer',
        reason: 'The body of reports/a.json did not arrive whole, in 2 tries: aborted.',
      });
    },
  );
});

describe('the metadata of an object', () => {
  it('is decoded where it comes in encoded words', async () => {
    const Metadata = { status: '=?UTF-8?B?Z2VzY2hlaXRlcnQg4oCTIMO8YmVy?=' };
    const has = { metadata: { status: 'gescheitert – über' } };

    expect(await run('expect', has, [{ Metadata, Body: bodyOf('') }])).toMatchObject({ verdict: 'passed' });
  });

  it('may lack what S3 left out, so that no never passes over that', async () => {
    const answer = { Metadata: { team: 'shop' }, MissingMeta: 2, Body: bodyOf('') };

    expect(await run('never', { metadata: { status: 'FAILED' } }, [answer])).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringContaining('S3 left out 2 entries of its metadata'),
    });
  });
});

describe('an object that was deleted', () => {
  it('is not there, though a marker of its deletion is', async () => {
    expect(await run('never', undefined, [refused('NoSuchKey')])).toMatchObject({ verdict: 'passed' });
  });
});

describe('another refusal', () => {
  it('is not taken for an answer', async () => {
    const step = await run('never', undefined, [refused('AccessDenied')]);

    expect(step).toMatchObject({ verdict: 'error' });
  });
});
