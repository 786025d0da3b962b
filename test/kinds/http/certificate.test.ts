import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { exchange } from '../../../runner/kinds/http/request.ts';
import { selfSigned } from '../../support/network/certificate.ts';
import { type FaultServer, startFaultServer } from '../../support/network/fault-server.ts';

let server: FaultServer;

beforeAll(async () => {
  const certificate = selfSigned('localhost');
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  server = await startFaultServer(certificate);
  server.behave({ answers: 200 });
});
afterAll(async () => server.close());

describe('the certificate', () => {
  it('is reported on every connection, though a client could take up its earlier session', async () => {
    const url = server.origin.replace('127.0.0.1', 'localhost');
    const ask = async () =>
      exchange(
        { method: 'GET', url, own: {} },
        { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false },
      );

    const answers = [await ask(), await ask(), await ask()];

    for (const { data } of answers) {
      expect(data['certificate']).toMatchObject({
        subject: 'localhost',
        issuer: 'localhost',
        validTo: '2049-12-31T23:59:59.000Z',
        daysLeft: expect.any(Number),
      });
    }
  });

  it('is reported for an address of IPv6 too', async () => {
    const certificate = selfSigned('::1');
    setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
    const six = await startFaultServer(certificate, '::1');
    six.behave({ answers: 200 });

    const { data } = await exchange(
      { method: 'GET', url: six.origin, own: {} },
      { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false },
    );
    await six.close();

    expect(data['certificate']).toMatchObject({ subject: '::1' });
  });
});
