import type { StatementSync } from 'node:sqlite';
import type { NoticeAttempt } from '../../core/alert/notice-attempt.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { attemptPlace } from '../../core/store/history.ts';
import type { AlertStore, LoggedAttempt } from '../../core/store/ports.ts';
import { storedJson } from '../stored-json.ts';
import type { StateFile } from './file.ts';
import { sealed } from './records.ts';
import { PAGE, startOf } from './rows.ts';

const COLUMNS = 'canary, atMs, key, attempt, checksum';

/** The log of attempts in a state file, a row each. The rows of `RunStore` forget those that are old. */
export function sqliteAttempts(
  file: StateFile,
  oldestMs: () => number,
): Pick<AlertStore, 'addAttempts' | 'attempts'> {
  const asked = {
    add: file.prepare('INSERT OR IGNORE INTO attempts VALUES (?, ?, ?, ?, ?)'),
    ofAll: file.prepare(`SELECT ${COLUMNS} FROM attempts WHERE ${PAGE}`),
    ofOne: file.prepare(`SELECT ${COLUMNS} FROM attempts WHERE canary = ? AND ${PAGE}`),
  };
  return {
    addAttempts: async (attempts) =>
      file.write(() => {
        for (const attempt of attempts) {
          const { canary, atMs, key } = attemptPlace(attempt);
          asked.add.run(canary, atMs, key, ...sealed(attempt));
        }
      }),
    attempts: async ({ canary, after, most }) =>
      file
        .read(() => {
          const page = [oldestMs(), ...startOf(after), most];
          return canary === undefined ? asked.ofAll.all(...page) : asked.ofOne.all(canary, ...page);
        })
        .map(attemptIn),
  };
}

function attemptIn({ canary, atMs, key, attempt, checksum }: Row): LoggedAttempt {
  const stored = storedJson(attempt, checksum) as unknown as NoticeAttempt | undefined;
  return { canary, atMs, key, ...omitUndefined({ attempt: stored }) } as LoggedAttempt;
}

type Row = ReturnType<StatementSync['all']>[number];
