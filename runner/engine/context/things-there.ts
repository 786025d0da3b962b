import { contradicts, homeOf, locationOf } from '../../core/aws/location.ts';
import { nameInArn } from '../../core/aws/resources/resource.ts';
import * as resources from '../../core/aws/resources/table.ts';
import type { Json } from '../../core/base/json.ts';
import { isPartOf } from '../../core/matching/is-part-of.ts';
import type { Environment } from '../../core/model/project.ts';
import type { ThingAt } from '../../kinds/kind.ts';

/** A thing that a run saw, or put, at its address. */
interface Sighting {
  readonly thing: ThingAt;
  /** The absence since then, if a check saw one: since the last act, or before it. */
  gone?: 'since' | 'before';
}

/** Things that a run knows to have been at their addresses, for a `gone`. An absence takes them back once another act begins. */
export class ThingsThere {
  readonly #environment: Pick<Environment, 'region' | 'role'>;
  readonly #sightings: Sighting[] = [];

  constructor(environment: Pick<Environment, 'region' | 'role'>) {
    this.#environment = environment;
  }

  /** Notes that a thing is there. */
  see(thing: ThingAt): void {
    this.#sightings.push({ thing });
  }

  /** Notes that a check found nothing at an address. Checks next to it may still count what was there before. */
  miss(address: ThingAt): void {
    for (const one of this.#at(address)) one.gone ??= 'since';
  }

  /** Notes that an act begins: what was missed before it is no sign of a thing after it. */
  actBegins(): void {
    for (const one of this.#sightings) if (one.gone !== undefined) one.gone = 'before';
  }

  /** True if a thing was at that address, or at a longer one, and no check missed it before the last act. */
  has(address: ThingAt): boolean {
    return this.#at(address).some(({ gone }) => gone !== 'before');
  }

  /** True if a thing was there at any time of the run. */
  had(address: ThingAt): boolean {
    return this.#at(address).length > 0;
  }

  #at({ kind, input }: ThingAt): readonly Sighting[] {
    const isSame = ([field, value]: [string, Json], other: Json | undefined): boolean =>
      other !== undefined && (isPartOf(value, other) || this.#isSameResource(field, value, other));
    return this.#sightings.filter(
      ({ thing }) =>
        thing.kind === kind && Object.entries(input).every((entry) => isSame(entry, thing.input[entry[0]])),
    );
  }

  /** True for the name and the ARN of one resource. A bare name is in the region and account of the environment, if these are known. */
  #isSameResource(field: string, one: Json, other: Json): boolean {
    const resource = Object.values(resources).find(({ name }) => name === field);
    if (resource === undefined || typeof one !== 'string' || typeof other !== 'string') return false;
    const nameOf = (address: string) => nameInArn(resource.service, resource.arn.type, address);
    const placeOf = (address: string) =>
      address.startsWith('arn:') ? locationOf(address) : homeOf(this.#environment);
    return nameOf(one) === nameOf(other) && !contradicts(placeOf(one), placeOf(other));
  }
}
