import type { CanaryState } from '../../core/alert/alert-state.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { DamagedRecordError } from '../../core/store/damaged.ts';
import type { AlertStore } from '../../core/store/ports.ts';
import { nextPollAtMs } from '../../core/store/slot-transitions.ts';
import { checksumOf, storedVersion } from '../stored-json.ts';
import type { Item } from './client.ts';
import { MOST_STATE_BYTES } from './items.ts';
import { TODO_INDEX } from './schema.ts';
import type { TableContext } from './slots.ts';
import { saveNext } from './versions.ts';

/** Alert states in a table: state and notices of a canary are one item, written by one conditional put. */
export function dynamodbAlerts({ table, keys }: TableContext): AlertStore {
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
  };
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
