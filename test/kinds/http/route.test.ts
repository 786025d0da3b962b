import type { lookup as dnsLookup } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type * as Requests from '../../../runner/kinds/http/request.ts';
import { type FaultServer, startFaultServer } from '../../support/network/fault-server.ts';

// A module of its own: hosts may have answered in other test files within the last minute.
const OWN: string = '../../../runner/kinds/http/request.ts?route';
const { exchange } = (await import(OWN)) as typeof Requests;

let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
  server.behave({ answers: 200 });
});
afterAll(async () => server.close());

/** DNS that knows `known.example` alone. */
const lookup = ((hostname: string, _: object, done: (error: Error | null, found: object[]) => void) =>
  hostname === 'known.example'
    ? done(null, [{ address: '127.0.0.1', family: 4 }])
    : done(
        Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }),
        [],
      )) as unknown as typeof dnsLookup;

async function ask(host: string) {
  const url = server.origin.replace('127.0.0.1', host);
  const context = { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false };
  return exchange({ method: 'GET', url, own: {} }, context, lookup);
}

describe('a name that DNS does not answer for', () => {
  it('is the fault of the network here, until another host has answered', async () => {
    await ask('127.0.0.1'); // the machine itself answers without a network

    await expect(ask('lost.example')).rejects.toMatchObject({
      blame: 'observer',
      retryable: true,
      message: expect.stringContaining('no other host has answered within the last minute'),
    });

    await ask('known.example');
    await expect(ask('lost.example')).rejects.toMatchObject({
      blame: 'target',
      message: expect.stringMatching(/could not be looked up in DNS just now \(EAI_AGAIN\)\.$/),
    });
  });
});
