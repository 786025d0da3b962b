import { DefinitionError } from '../base/errors.ts';
import { itemTable } from './resources/item-table.ts';
import { queueNameOf } from './resources/queue.ts';
import { nameInArn } from './resources/resource.ts';

/**
 * Refuses the tables and queues of Coalmine itself, by their names: the process reaches them, and a canary would spoil the state. Their names
 * are chosen when it is deployed or started, so that the loader does not know them.
 * @param owner who they belong to: `the stack of Coalmine itself`
 * @returns a function that throws a DefinitionError for the name, ARN or URL of one of them
 */
export function refusingOwn(names: readonly string[], owner: string): (address: string) => void {
  const own = new Set(names.filter((name) => name !== ''));
  return (address) => {
    const name = nameInArn(itemTable.service, itemTable.arn.type, queueNameOf(address));
    if (!own.has(name)) return;
    throw new DefinitionError(
      `'${name}' belongs to ${owner}, so no canary may touch it. Name a resource of your system.`,
    );
  };
}
