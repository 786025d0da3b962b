/** The place of a PostgreSQL database, and the user that reads it. */
export interface DatabaseAddress {
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  /** @default on */
  readonly tls?: 'on' | 'off';
  /** Certificates of the authorities to trust, in PEM. @default those of Node.js */
  readonly ca?: string;
}

/** The port of PostgreSQL. */
export const PORT = 5432;

/** The database for people. */
export function databasePlace({ name, host }: Pick<DatabaseAddress, 'name' | 'host'>): string {
  return `${name} at ${host}`;
}
