import type { Socket } from 'node:net';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { forbiddenHost } from '../../core/network/blocked-addresses.ts';
import { guardedLookup, refusedAddress } from '../../core/network/guarded-lookup.ts';
import { type DatabaseAddress, databasePlace, PORT } from './database-address.ts';
import { databaseFault } from './database-error.ts';
import { limitReads, type Selection, selectIn } from './select.ts';

/** An open connection. */
export interface Database {
  /**
   * The rows of a query in a read-only transaction. An abort, like any error, ends the connection.
   * @throws CanaryError, by the table of blame.
   */
  select(selection: Selection, signal: AbortSignal): Promise<readonly JsonMap[]>;
  close(): Promise<void>;
}

/**
 * Connects to a database. Each address that its name leads to is checked before it is connected to.
 * @throws CanaryError, by the table of blame.
 */
export async function openDatabase(
  address: DatabaseAddress,
  { signal, runtimeApi }: { readonly signal: AbortSignal; readonly runtimeApi?: string | undefined },
): Promise<Database> {
  const [{ default: pg }, net, dns] = await Promise.all([
    import('pg'),
    import('node:net'),
    import('node:dns'),
  ]);
  const { host, port = PORT, name, user, password, tls = 'on', ca } = address;
  const why = forbiddenHost(host, port, runtimeApi); // a look-up is not made for an address
  if (why !== undefined) throw refusedAddress(host, host, why);
  const socket = new net.Socket();
  const lookup = guardedLookup(dns.lookup, { port, runtimeApi, refuse: refusedAddress });
  const connect = socket.connect.bind(socket);
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database: name,
    ssl: tls === 'on' && { host, ...omitUndefined({ ca }) },
    stream: () => Object.assign(socket, { connect: () => connect({ host, port, lookup }) }),
    application_name: 'coalmine',
  });
  const place = databasePlace(address);
  client.on('error', () => {}); // the query that waits, or the next one, throws it
  const during = endedBy(socket, place);
  limitReads(client, place);
  await during(async () => client.connect(), signal);
  return {
    select: async (selection, given) => during(async () => selectIn(client, selection), given),
    close: async () => {
      void client.end().catch(() => {}); // it sends Terminate, and would wait for a server that may be silent
      socket.unref();
      socket.destroySoon();
    },
  };
}

/** Runs work on a connection; an abort, or any error, ends the connection. */
function endedBy(socket: Socket, place: string) {
  return async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      return await work();
    } catch (thrown) {
      socket.destroy();
      throw databaseFault(signal.aborted ? signal.reason : thrown, place);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}
