import { isTemplate } from '../../core/expression/template.ts';
import { forbiddenHost } from '../../core/network/blocked-addresses.ts';
import type { FaultsOf, InputFault } from '../kind.ts';
import { type DatabaseAddress, PORT } from './database-address.ts';

/** Faults of the place of a database that its schema cannot express. */
export function addressFaults(address: DatabaseAddress, { filled }: FaultsOf): readonly InputFault[] {
  const faults = [hostFault(address), authorityFault(address, filled), plainFault(address)];
  return faults.flatMap((fault) => (fault === undefined ? [] : [{ key: 'database', ...fault }]));
}

type Fault = Omit<InputFault, 'key'> | undefined;

/** A whole URL would put its password into every output, since the host is shown. */
function hostFault({ host, port = PORT }: DatabaseAddress): Fault {
  if (isTemplate(host)) return undefined;
  const isName = /^[\w.-]+$/.test(host) || /^[\da-f:]*:[\da-f:]*:[\da-f:.]*$/i.test(host);
  if (!isName)
    return {
      within: ['host'],
      message: 'the host is not a name or an address alone',
      hint: 'write host: db.example.com, and port, name, user and password under keys of their own',
    };
  const why = forbiddenHost(host, port);
  if (why === undefined) return undefined;
  return {
    within: ['host'],
    message: `'${host}' may not be reached from a canary: ${why}`,
    hint: 'name the host of your database',
  };
}

function authorityFault({ ca }: DatabaseAddress, filled: boolean): Fault {
  if (ca === undefined || (!filled && isTemplate(ca)) || ca.includes('-----BEGIN CERTIFICATE-----'))
    return undefined;
  return {
    within: ['ca'],
    message: 'the authority is not a certificate in PEM',
    hint: 'a certificate in PEM begins with -----BEGIN CERTIFICATE-----',
  };
}

function plainFault({ tls }: DatabaseAddress): Fault {
  if (tls !== 'off') return undefined;
  return {
    within: ['tls'],
    severity: 'warning',
    message: 'the password and all rows cross the network in plain text',
    hint: 'remove tls: off, and name the authority of the certificate under ca:',
  };
}
