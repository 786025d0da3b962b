import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { checksumOf } from '../../runner/adapters/stored-json.ts';
import { newRunId } from '../../runner/core/base/run-id.ts';
import { resultOf, stepResultOf } from '../../test/support/run/builders.ts';

/**
 * Makes a state file with so many slots, and a result for each: a minute apart, of as many canaries as given. The store itself claims and
 * commits one slot. Its rows are copied with another moment, canary and run id, so the form of the tables may change. Prints the run id of the
 * row in the middle.
 */
const [path = '', rows = '0', canaries = '1'] = process.argv.slice(2);
const MINUTE_MS = 60_000;
const clock = systemClock();
const random = systemRandom();
const first = { canary: 'bench-first', slotAtMs: Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS };
const runId = newRunId(first.slotAtMs, random);

const store = sqliteStore({ path, create: true, project: 'bench', environment: 'default' }, { clock });
const nowMs = clock.nowMs();
const leaseUntilMs = nowMs + MINUTE_MS;
const claimed = await store.runs.claim({ ...first, owner: 'bench', nowMs, leaseUntilMs });
if (!claimed.held) throw new Error('the slot was taken');
const result = resultOf({
  ...first,
  runId,
  steps: [stepResultOf({ name: 'GET http://127.0.0.1/ answers' })],
  startedAtMs: first.slotAtMs,
  durationMs: 12.5,
  verdict: 'failed', // passes are thinned
  reason: 'status is 503',
});
await store.runs.commit({ ...first, owner: 'bench', fence: claimed.fence, nowMs, result });
await store.runs.markApplied(first);
await store.close();

const database = new DatabaseSync(path);
database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN');
for (const table of ['records', 'results']) copyRows(table);
database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
database.close();
process.stdout.write(JSON.stringify({ runId: runIdOf(Math.floor(Number(rows) / 2)) }));

/** The moment of a row's slot. */
function slotOf(row: number): number {
  return first.slotAtMs - Math.floor(row / Number(canaries)) * MINUTE_MS;
}

/** As that of a real run, it begins with the second of its start. The next digits differ within that second. */
function runIdOf(row: number): string {
  const digits = (row % 0x1_00_00).toString(16).padStart(4, '0');
  return `${newRunId(slotOf(row), random).slice(0, 8)}${digits}`.padEnd(32, '0');
}

function copyRows(table: string): void {
  const template = database.prepare(`SELECT * FROM ${table}`).get() as Readonly<
    Record<string, SQLInputValue>
  >;
  const columns = Object.entries(template);
  const marks = columns.map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO ${table} VALUES (${marks})`);
  for (let row = 1; row < Number(rows); row += 1) {
    const number = row % Number(canaries);
    const atMs = slotOf(row);
    const itsRunId = runIdOf(row);
    const changed = (text: string): string =>
      text
        .replaceAll(runId, itsRunId)
        .replaceAll(first.canary, `bench-${number}`)
        .replaceAll(String(first.slotAtMs), String(atMs));
    let checksum = 0;
    const values = columns.map(([, value]) => {
      if (typeof value !== 'string') return value === first.slotAtMs ? atMs : value;
      const text = changed(value);
      if (text.startsWith('{')) checksum = checksumOf(text);
      return text;
    });
    insert.run(...values.map((value, column) => (columns[column]?.[0] === 'checksum' ? checksum : value)));
  }
}
