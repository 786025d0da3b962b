import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PostOptions, poster } from '../../../runner/adapters/runtime/post.ts';
import { type FaultServer, startFaultServer } from '../../support/network/fault-server.ts';

let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(async () => server.close());

async function posted(milliseconds = 5_000) {
  return poster()({
    url: new URL('/v1/traces?a=b', server.origin),
    place: 'The receiver',
    headers: { 'x-key': 'k' },
    body: Buffer.from('{"a":1}'),
    signal: AbortSignal.timeout(milliseconds),
  });
}

describe('a post', () => {
  it('sends headers and body, and gives status, text and the pause that is asked for', async () => {
    server.behave({ answers: 503, headers: { 'retry-after': '7' }, body: 'busy' });

    expect(await posted()).toEqual({ status: 503, body: 'busy', retryAfter: '7' });
    expect(server.taken.at(-1)).toMatchObject({
      url: '/v1/traces?a=b',
      body: '{"a":1}',
      headers: { 'x-key': 'k', connection: 'close' },
    });
  });

  it('takes a redirect for an answer', async () => {
    const before = server.taken.length;
    server.behave({ answers: 302, headers: { location: '/elsewhere' } });

    expect(await posted()).toEqual({ status: 302, body: '' });
    expect(server.taken).toHaveLength(before + 1);
  });

  it('reads no more than the beginning of an answer', async () => {
    server.behave({ floods: true, answers: 200 });

    expect((await posted()).body).toHaveLength(65_536);
  });

  it.each([
    { resets: 'in its answer', answers: 200 } as const,
    { hangs: 'in its answer', answers: 200 } as const,
  ])('has an answer with the status, even if the rest does not come: $resets$hangs', async (behaviour) => {
    server.behave(behaviour);

    expect(await posted(300)).toMatchObject({ status: 200 });
  });

  it.each([{ resets: 'after all' } as const, { hangs: 'before its answer' } as const])(
    'without an answer is a fault that may pass: $resets$hangs',
    async (behaviour) => {
      server.behave(behaviour);

      await expect(posted(300)).rejects.toMatchObject({
        blame: 'observer',
        permanent: false,
        message: expect.stringMatching(/^The receiver could not be reached( \(ECONNRESET\))?\.$/),
      });
    },
  );

  it.each([
    ['http://127.0.0.1:9/a', 'ECONNREFUSED'],
    ['http://tunnel.invalid/a', 'ENOTFOUND'],
  ])('says why %s was not reached: %s', async (url, code) => {
    const lookup: NonNullable<PostOptions['lookup']> = (_, __, done) =>
      done(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), []);
    const post = poster({ env: {}, lookup });
    const signal = AbortSignal.timeout(5_000);

    await expect(post({ url: new URL(url), place: 'The inbox', signal })).rejects.toThrow(
      `The inbox could not be reached (${code}).`,
    );
  });
});
