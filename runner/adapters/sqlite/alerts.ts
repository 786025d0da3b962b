import type { CanaryState } from '../../core/alert/alert-state.ts';
import { DamagedRecordError } from '../../core/store/damaged.ts';
import type { AlertStore } from '../../core/store/ports.ts';
import { decideSave, type LeaseRecord, mayLease, nextPollAtMs } from '../../core/store/slot-transitions.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { storedVersion } from '../stored-json.ts';
import { sqliteAttempts } from './attempts.ts';
import type { StateFile } from './file.ts';
import { sealed } from './records.ts';

/** The rows of alert states. A change needs a transaction. */
export interface AlertRows {
  /** Saves a state if the stored version is still the one that it is based on: by default, the one before. */
  save(next: CanaryState, basedOn?: number): boolean;
}

export function alertRows(file: StateFile): AlertRows {
  const asked = {
    version: file.prepare('SELECT version, writer FROM alerts WHERE canary = ?'),
    save: file.prepare(`INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version,
      writer = excluded.writer, dueAtMs = excluded.dueAtMs, state = excluded.state, checksum = excluded.checksum`),
  };
  return {
    save: (next, basedOn = next.version - 1) => {
      const { canary, version, writer } = next;
      const found = asked.version.get(canary) as { version: number; writer: string } | undefined;
      const { write, answer } = decideSave(found, next, basedOn);
      if (write) asked.save.run(canary, version, writer, nextPollAtMs(next) ?? null, ...sealed(next));
      return answer;
    },
  };
}

/** Alert states in a state file: state and notices of a canary are one row. Attempts before `oldestMs` are hidden. */
export function sqliteAlerts(file: StateFile, rows: AlertRows, oldestMs: () => number): AlertStore {
  const asked = {
    one: file.prepare('SELECT state, checksum, version FROM alerts WHERE canary = ?'),
    due: file.prepare('SELECT canary FROM alerts WHERE dueAtMs <= ? ORDER BY dueAtMs'),
    all: file.prepare('SELECT state, checksum, version FROM alerts ORDER BY canary'),
  };
  return {
    load: async (canary) => {
      const row = file.read(() => asked.one.get(canary));
      if (row === undefined) return undefined;
      const state = stateIn(row);
      if (state === undefined) throw new DamagedRecordError(`the alerts of ${canary}`, row['version']);
      return state;
    },
    save: async (next, basedOn) => file.write(() => rows.save(next, basedOn)),
    withNotices: async (dueByMs) =>
      file.read(() => asked.due.all(dueByMs)).map((row) => row['canary'] as string),
    all: async () => file.read(() => asked.all.all()).flatMap((row) => stateIn(row) ?? []),
    ...sqliteAttempts(file, oldestMs),
  };
}

function stateIn({ state, checksum, version }: Readonly<Record<string, unknown>>): CanaryState | undefined {
  return storedVersion(state, checksum, version) as unknown as CanaryState | undefined;
}

/** Leases in a state file: one runner at a time, of all the processes that have it open. */
export function sqliteLeases(file: StateFile): Leases {
  const asked = {
    one: file.prepare('SELECT owner, untilMs FROM leases WHERE name = ?'),
    take: file.prepare(`INSERT INTO leases VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET owner = excluded.owner, untilMs = excluded.untilMs`),
    drop: file.prepare('DELETE FROM leases WHERE name = ? AND owner = ?'),
  };
  return {
    take: async ({ name, ...ask }) =>
      file.write(() => {
        const { owner, nowMs, forMs } = ask;
        const found = asked.one.get(name) as unknown as LeaseRecord | undefined;
        if (found !== undefined && !mayLease(found, ask))
          return { held: false, by: found.owner, untilMs: found.untilMs };
        asked.take.run(name, owner, nowMs + forMs);
        return { held: true };
      }),
    drop: async ({ name, owner }) => file.write(() => void asked.drop.run(name, owner)),
  };
}
