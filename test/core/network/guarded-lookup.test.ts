import { describe, expect, it } from '@jest/globals';
import { type FoundAddress, guardedLookup } from '../../../runner/core/network/guarded-lookup.ts';

/** The result of a guarded lookup, if the name has these addresses. */
async function looked(found: readonly string[] | Error, all?: boolean) {
  const asked: unknown[] = [];
  const lookup = guardedLookup(
    (_, options, done) => {
      asked.push(options);
      if (found instanceof Error) return done(found, []);
      return done(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
    { port: 443, refuse: (hostname, address, why) => new Error(`${hostname} ${address}: ${why}`) },
  );
  const { promise, resolve } = Promise.withResolvers<{
    error: Error | null;
    address: string | FoundAddress[];
    family: number | undefined;
  }>();
  lookup('example.com', all === undefined ? {} : { all }, (error, address, family) =>
    resolve({ error, address, family }),
  );
  return { ...(await promise), asked };
}

describe('a checked lookup', () => {
  it('gives all addresses, or the first, as it was asked to, and always asks for all', async () => {
    const two = ['10.0.0.1', '::1'];

    expect(await looked(two, true)).toMatchObject({
      error: null,
      address: [
        { address: '10.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ],
      asked: [{ all: true }],
    });
    expect(await looked(two)).toMatchObject({
      error: null,
      address: '10.0.0.1',
      family: 4,
      asked: [{ all: true }],
    });
    expect(await looked([])).toMatchObject({ error: null, address: [] });
  });

  it('refuses a name of which any address is forbidden', async () => {
    const { error, address } = await looked(['10.0.0.1', '169.254.169.254'], true);

    expect(error?.message).toMatch(/^example\.com 169\.254\.169\.254: link-local/);
    expect(address).toEqual([]);
  });

  it('passes on that a name is not known', async () => {
    const unknown = new Error('ENOTFOUND');

    expect(await looked(unknown)).toMatchObject({ error: unknown, address: [] });
  });
});
