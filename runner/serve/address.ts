import { DefinitionError } from '../core/base/errors.ts';
import { isLoopback } from '../core/network/blocked-addresses.ts';

/** The place at which pages are served. */
export interface PagesAddress {
  /** An address or a name, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The address of pages if none is named. The port has no owner at IANA, and a bookmark stays good. */
export const DEFAULT_ADDRESS: PagesAddress = { host: '127.0.0.1', port: 7373 };

/**
 * The address that a text names: a port, a host, or both. An address of IPv6 stands in brackets.
 * @throws DefinitionError for any other text.
 */
export function pagesAddressIn(text: string): PagesAddress {
  if (/^\d+$/.test(text)) return { host: DEFAULT_ADDRESS.host, port: portIn(text, text) };
  const [, six, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = six ?? name;
  if (host === undefined) throw refused(text);
  return { host, port: port === undefined ? DEFAULT_ADDRESS.port : portIn(port, text) };
}

/** The URL of an address, without a slash at its end. */
export function urlOf({ host, port }: PagesAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** True for an address that only this machine reaches. */
export function isOwnMachine({ host }: PagesAddress): boolean {
  return isLoopback(host);
}

function portIn(digits: string, text: string): number {
  const port = Number(digits);
  if (port > 65_535) throw refused(text);
  return port;
}

function refused(text: string): DefinitionError {
  return new DefinitionError(
    `'${text}' is no address for pages: write a port, a host, or both, such as 8080 or 0.0.0.0:8080.`,
  );
}
