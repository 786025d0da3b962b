import { writeSync } from 'node:fs';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { resultOf, runIdOf } from '../run/builders.ts';

/**
 * Claims and commits slots of a state file until it is killed: `crash-writer.ts FILE OWNER FIRST`. Acknowledged writes are printed on
 * standard output, one line each, before the next step.
 */
const [path = '', owner = '', first = '0'] = process.argv.slice(2);
const T0 = 1_700_000_000_000;
const { runs } = sqliteStore(
  { project: 'shop', environment: 'test', path, create: true },
  { clock: { nowMs: () => T0 } },
);

for (let n = Number(first); ; n += 1) {
  const slot = { canary: 'a', slotAtMs: T0 + n, owner, nowMs: T0 };
  const claim = await runs.claim({ ...slot, leaseUntilMs: T0 + 60_000 });
  if (!claim.held) continue;
  writeSync(1, `claimed ${n}\n`);
  const result = resultOf({ canary: 'a', slotAtMs: T0 + n, startedAtMs: T0, runId: runIdOf(n) });
  const committed = await runs.commit({ ...slot, fence: claim.fence, result });
  if (committed === 'stored') writeSync(1, `committed ${n}\n`);
}
