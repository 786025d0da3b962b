import type { CanaryState } from '../../core/alert/alert-state.ts';
import type { NoticeAttempt } from '../../core/alert/notice-attempt.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { DamagedRecordError } from '../../core/store/damaged.ts';
import { attemptPlace } from '../../core/store/history.ts';
import type { AlertStore, LoggedAttempt } from '../../core/store/ports.ts';
import { nextPollAtMs } from '../../core/store/slot-transitions.ts';
import type { HistoryPlace } from '../../core/store/slots.ts';
import { checksumOf, storedJson, storedVersion } from '../stored-json.ts';
import type { Item } from './client.ts';
import { pageIn } from './history.ts';
import { expiry, MOST_STATE_BYTES } from './items.ts';
import { TODO_INDEX } from './schema.ts';
import type { TableContext } from './slots.ts';
import { saveNext } from './versions.ts';

/** Alert states in a table: state and notices of a canary are one item, written by one conditional put. */
export function dynamodbAlerts(context: TableContext): AlertStore {
  const { table, keys } = context;
  const load = async (canary: string): Promise<CanaryState | undefined> => {
    const found = await table.get(keys.alert(canary));
    if (found === undefined) return undefined;
    const state = stateIn(found);
    if (state === undefined) throw new DamagedRecordError(`the alerts of ${canary}`, found['version']);
    return state;
  };
  return {
    load,
    save: async (next, basedOn) =>
      saveNext(table, next, { basedOn, item: () => stateItem(next, keys), load: () => load(next.canary) }),
    withNotices: async (dueByMs) => {
      const values = { todo: keys.todo('notices'), dueByMs };
      const listed = await table.query({
        index: TODO_INDEX,
        when: '#todo = :todo AND #todoAtMs <= :dueByMs',
        values,
      });
      return listed.map(({ sk }) => sk as string);
    },
    all: async () => {
      const { pk } = keys.alert('');
      return (await table.query({ when: '#pk = :pk', values: { pk }, consistent: true })).flatMap(
        (item) => stateIn(item) ?? [],
      );
    },
    addAttempts: async (attempts) => {
      await mapWithConcurrency(AT_ONCE, attempts, async (attempt) =>
        table.put(attemptItem(attempt, context), { when: 'attribute_not_exists(#pk)' }),
      );
    },
    attempts: async (ask) => {
      const entryOf = (item: Item): LoggedAttempt => attemptIn(item, keys);
      const log = { partitionOf: keys.attemptsOf, names: keys.alert('').pk, entryOf, placeOf };
      return pageIn(context, log, ask);
    },
  };
}

const AT_ONCE = 10; // attempts that are written at a time

function attemptItem(attempt: NoticeAttempt, { keys, keptMs }: TableContext): Item {
  const text = JSON.stringify(attempt);
  const key = keys.attempt(attemptPlace(attempt));
  return { ...key, attempt: text, checksum: checksumOf(text), ...expiry(attempt.atMs, keptMs) };
}

/** The attempt in an item, at the place that its key names. */
function attemptIn({ pk, sk, attempt, checksum }: Item, keys: TableContext['keys']): LoggedAttempt {
  const canary = (pk as string).slice(keys.attemptsOf('').length);
  const [atMs, key = ''] = (sk as string).split('|');
  const stored = storedJson(attempt, checksum) as unknown as NoticeAttempt | undefined;
  return { canary, atMs: Number(atMs), key, ...omitUndefined({ attempt: stored }) };
}

function placeOf({ canary, atMs, key }: LoggedAttempt): HistoryPlace {
  return { canary, atMs, key };
}

function stateItem(next: CanaryState, keys: TableContext['keys']): Item {
  const { canary, version, writer } = next;
  const state = JSON.stringify(next);
  const bytes = Buffer.byteLength(state);
  if (bytes > MOST_STATE_BYTES)
    throw new ObserverError(
      `The alert state of ${canary} has ${bytes} bytes, more than a table's item can hold (${MOST_STATE_BYTES}). Find out why its ${next.outbox.length} notices are not delivered.`,
      { permanent: true },
    );
  const dueAtMs = nextPollAtMs(next);
  const due = dueAtMs === undefined ? {} : { todo: keys.todo('notices'), todoAtMs: dueAtMs };
  return { ...keys.alert(canary), version, writer, state, checksum: checksumOf(state), ...due };
}

function stateIn({ state, checksum, version }: Item): CanaryState | undefined {
  return storedVersion(state, checksum, version) as unknown as CanaryState | undefined;
}
