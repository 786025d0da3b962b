import { ObserverError } from '../../core/base/errors.ts';
import type { Changeable } from '../../core/compare/changeable.ts';
import type { ChangesAsk, ReadChanges } from '../../core/model/change.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { ChangeSource } from './source.ts';

/** Sources by type of resource: all of them, or those that a bundle holds. */
export type ChangeSources = Readonly<Partial<Record<Changeable['type'], ChangeSource>>>;

/** Reads the changes of resources by some sources. */
export function changeReader(
  sources: ChangeSources,
  clients: Pick<AwsClients, 'clientOf'>,
): (of: Changeable, ask: ChangesAsk) => Promise<ReadChanges> {
  return async ({ type, address }, ask) => {
    const source = sources[type];
    if (source === undefined) throw new ObserverError(`This runner cannot read changes of a ${type}.`);
    return source.read(address, { ...ask, clients });
  };
}
