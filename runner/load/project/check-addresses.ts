import { type AddressFault, addressFault, arnAloneFault } from '../../core/aws/address-faults.ts';
import { bus } from '../../core/aws/resources/bus.ts';
import { exampleArn } from '../../core/aws/resources/resource.ts';
import { topic } from '../../core/aws/resources/topic.ts';
import { settled } from '../../core/expression/settled.ts';
import { secretsInUrl } from '../../core/expression/written-secrets.ts';
import type { Project } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { isWritten, writtenSecret } from '../values/written-secret.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, scalarOf } from '../yaml/reader.ts';
import { placeOf, type Tree } from '../yaml/tree.ts';

/** Check of an address by the sort of its resource. */
const CHECKS: Readonly<Record<string, (address: string) => readonly AddressFault[]>> = {
  bus: (address) => addressFault(bus, address),
  topic: (address) => arnAloneFault(topic, address, `SNS takes ARNs only: ${exampleArn(topic)}`),
};

/** Reports taps and channels whose address the service cannot have, with the vars of each environment filled in. */
export function checkAddresses(
  root: Tree,
  { environments, channels }: Pick<Project, 'environments' | 'channels'>,
  schemas: Kinds['channels'],
  report: Report,
): void {
  const check = (rule: string, sort: string, tree: Tree | undefined): void => {
    const written = tree === undefined ? undefined : scalarOf(tree);
    if (tree === undefined || typeof written !== 'string') return;
    const faults = environments
      .map((environment) => settled(written, environment, environment.vars))
      .flatMap((address) => CHECKS[sort]?.(address) ?? []);
    const [fault] = faults;
    if (fault !== undefined) report.error(tree.at, { rule, message: fault.message, hint: fault.hint });
  };
  const taps = entryOf(root, 'taps')?.value;
  for (const tap of taps?.sort === 'list' ? taps.elements : [])
    for (const sort of Object.keys(CHECKS)) check('tap', sort, entryOf(tap, sort)?.value);
  for (const { name, kind } of channels) {
    const reach = schemas[kind]?.reach;
    if (reach?.by === 'aws') check('channel', reach.resource, placeOf(root, ['channels', name, kind]).value);
  }
}

/** Reports addresses and keys of channels that are secrets and are written out, in the channel or in a var. */
export function checkChannelSecrets(
  root: Tree,
  { environments, channels }: Pick<Project, 'environments' | 'channels'>,
  schemas: Kinds['channels'],
  report: Report,
): void {
  const isOut = (text: string): boolean => environments.some((environment) => isWritten(text, environment));
  for (const { name, kind, address, options } of channels) {
    const schema = schemas[kind];
    const own = schema?.secret === true ? [address] : secretsInUrl(address);
    const keys = Object.entries(options).flatMap(([key, value]) =>
      schema?.options[key]?.secret === true && value !== undefined && isOut(value) ? [key] : [],
    );
    for (const key of [...(own.some(isOut) ? [kind] : []), ...keys])
      report.error(placeOf(root, ['channels', name, key]).value.at, writtenSecret(key));
  }
}
