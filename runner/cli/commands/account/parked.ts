import { awsClients } from '../../../adapters/aws/clients.ts';
import { decideParked, parkedClaims } from '../../../adapters/aws/parked-claims.ts';
import { clientOptions } from '../../../app-parts.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { settingsFrom } from '../../../settings.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { reportingFaults } from '../../setup/with-store.ts';

export interface ParkedOptions {
  readonly table: string;
  readonly done?: boolean;
  readonly release?: boolean;
}

/**
 * `coalmine parked`: lists effects of an application whose process died in between, in the table of claims of `@coalmine/trace`, or decides
 * about one of them. Exit code 1 if any are listed.
 */
export async function parked(
  key: string | undefined,
  options: ParkedOptions,
  io: Io,
  nowMs: number,
): Promise<number> {
  const { table, done = false, release = false } = options;
  if (key === undefined && (done || release))
    throw new UsageError('Name the key of the claim: coalmine parked KEY --done.');
  if (key !== undefined && !done && !release)
    throw new UsageError(
      `Decide about ${key}: --done if its effect happened, --release if it did not and the next delivery is to try it again.`,
    );
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const clients = awsClients(clientOptions(settings));
  try {
    return await reportingFaults(io, async () => {
      if (key === undefined) return listed(await parkedClaims(clients, table, nowMs), table, io);
      const wasParked = await decideParked(clients, { table, key, happened: done, nowMs });
      return decided(wasParked, { key, table, done }, io);
    });
  } finally {
    clients.close();
  }
}

function listed(claims: Awaited<ReturnType<typeof parkedClaims>>, table: string, { stdout }: Io): number {
  if (claims.length === 0) {
    stdout.write(`No effect is parked in ${table}.\n`);
    return EXIT.good;
  }
  const lines = claims.map(
    ({ key, leaseUntilMs }) => `${key}   its claim ended ${new Date(leaseUntilMs).toISOString()}`,
  );
  stdout.write(
    `${lines.join('\n')}\n\nIt is not known if these effects happened. Look, then decide: coalmine parked KEY --table ${table} --done, or --release.\n`,
  );
  return EXIT.failed;
}

function decided(
  wasParked: boolean,
  { key, table, done }: { readonly key: string; readonly table: string; readonly done: boolean },
  { stdout, stderr }: Io,
): number {
  if (!wasParked) {
    stderr.write(`${key} is not parked in ${table}. 'coalmine parked --table ${table}' lists what is.\n`);
    return EXIT.usage;
  }
  stdout.write(
    done
      ? `${key} is done: deliveries that come again do nothing.\n`
      : `${key} is released: the next delivery tries it again. Redrive its message from the dead-letter queue.\n`,
  );
  return EXIT.good;
}
