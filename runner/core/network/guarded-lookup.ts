import { DefinitionError } from '../base/errors.ts';
import { forbiddenHost } from './blocked-addresses.ts';

/** One address of a name. */
export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** Signature of Node's `dns.lookup` with `all: true`. */
export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  done: (error: Error | null, addresses: FoundAddress[]) => void,
) => void;

type LookupDone = (error: Error | null, address: string | FoundAddress[], family?: number) => void;

/** Options of {@link guardedLookup}. */
export interface LookupFor {
  readonly port: number;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, if set. */
  readonly runtimeApi?: string | undefined;
  /** Makes the error for a blocked address. */
  readonly refuse: (hostname: string, address: string, why: string) => Error;
}

/**
 * A lookup for `net.connect` that checks each address of one resolution. The checked address is the one connected to, so that DNS rebinding
 * has no effect.
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

/** The error of a canary whose address may not be reached. */
export function refusedAddress(hostname: string, address: string, why: string): DefinitionError {
  return new DefinitionError(
    `${hostname} (${address}) may not be reached from a canary: ${why}. Nothing was sent there.`,
  );
}
