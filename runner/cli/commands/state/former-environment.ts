import { existsSync } from 'node:fs';
import { suggestion } from '../../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import type { StateStore } from '../../../core/store/ports.ts';
import { adoptIncidents, endIncidents } from '../../../engine/schedule/former-environment.ts';
import { whileHeld } from '../../../engine/schedule/state-lease.ts';
import { openStore, stateFileOf } from '../../../runs/open-store.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectAt } from '../../setup/selection.ts';
import { type FleetOptions, type Watched, withFleet } from '../../setup/with-fleet.ts';

/** `coalmine state adopt | end ENVIRONMENT`: continues, or ends, the incidents of an environment that the project no longer has. */
export async function settleFormer(
  name: 'adopt' | 'end',
  environment: string,
  options: FleetOptions,
  io: Io,
): Promise<number> {
  const work = async (watched: Watched): Promise<number> =>
    settle(watched, { name, environment, options, io });
  return withFleet([], options, io, { create: true, work });
}

interface Settling {
  readonly name: 'adopt' | 'end';
  readonly environment: string;
  readonly options: FleetOptions;
  readonly io: Io;
}

async function settle(watched: Watched, settling: Settling): Promise<number> {
  const { environment, options, io } = settling;
  const { fleet, engine, owner } = watched.context;
  const { project } = fleet;
  if ([fleet.environment, ...project.environments].some(({ name }) => name === environment))
    throw new UsageError(
      `The project has the environment '${environment}': 'coalmine watch' looks after its incidents.`,
    );
  const { projectFile } = (await projectAt([], io)) ?? {};
  const former = { ...fleet.environment, name: environment };
  const at = { project, environment: former, ...omitUndefined({ projectFile, table: options.table }) };
  if (options.table === undefined && !existsSync(stateFileOf(at, io))) {
    const known = (await watched.former()).map((one) => one.environment);
    throw new UsageError(
      `There is no state of '${environment}' next to the project file. ${suggestion(environment, known, 'states of former environments')}`,
    );
  }
  const store = await openStore(at, false, io);
  const { clock } = engine;
  const waiting = (by: string): void =>
    void io.stderr.write(`Waiting for ${by}, which holds that state or did until it died.\n`);
  try {
    const work = settling.name === 'adopt' ? adopt : end;
    return await whileHeld({ leases: store.leases, clock, owner, waiting }, async () =>
      work(watched, store, settling),
    );
  } finally {
    await store.close();
  }
}

async function end(watched: Watched, store: StateStore, { environment, io }: Settling): Promise<number> {
  const { fleet } = watched.context;
  const former = { ...fleet, environment: { ...fleet.environment, name: environment }, canaries: [] };
  const left = await endIncidents(watched.contextFor(former, store));
  const names = left.map(({ canary }) => canary).join(', ');
  io.stdout.write(
    left.length === 0
      ? 'Every incident is ended, and its receivers are notified.\n'
      : `Not delivered yet: notices of ${names}. Repeat the command.\n`,
  );
  return left.length === 0 ? EXIT.good : EXIT.error;
}

async function adopt(
  { context }: Watched,
  store: StateStore,
  { environment, io }: Settling,
): Promise<number> {
  const to = context.fleet.environment.name;
  const writer = `${context.owner} adopt ${context.engine.clock.nowMs()}`;
  const { adopted, left } = await adoptIncidents(store.alerts, context.alerts, { environment: to, writer });
  const done =
    adopted.length === 0
      ? 'No incident was adopted.'
      : `Adopted by ${to}: the incidents of ${adopted.join(', ')}.`;
  const rest =
    left.length === 0
      ? ''
      : ` ${left.join(', ')} ${left.length === 1 ? 'has' : 'have'} an incident of ${to} already: end the former one with 'coalmine state end ${environment}'.`;
  io.stdout.write(`${done}${rest}\n`);
  return EXIT.good;
}
