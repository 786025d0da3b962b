import { forbiddenHost } from './blocked-addresses.ts';

/** One address that a name stands for. */
export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** How names are looked up: Node's `dns.lookup`, asked for all addresses. */
export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  done: (error: Error | null, addresses: FoundAddress[]) => void,
) => void;

type LookupDone = (error: Error | null, address: string | FoundAddress[], family?: number) => void;

/** What addresses are checked for. */
export interface LookupFor {
  readonly port: number;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, where there is one. */
  readonly runtimeApi?: string | undefined;
  /** Makes the error for an address that may not be reached. */
  readonly refuse: (hostname: string, address: string, why: string) => Error;
}

/**
 * A lookup for `net.connect`: it looks a name up once and checks each address. The address that was checked is the one
 * connected to, so that a name cannot change its mind in between.
 */
export function guardedLookup(
  lookup: Lookup,
  { port, runtimeApi, refuse }: LookupFor,
): (hostname: string, options: { readonly all?: boolean | undefined }, done: LookupDone) => void {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      for (const { address } of addresses) {
        const why = forbiddenHost(address, port, runtimeApi);
        if (why !== undefined) return done(refuse(hostname, address, why), []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}
