import { api } from './resources/api.ts';
import { parameter } from './resources/parameter.ts';
import { arnIn, type Resource } from './resources/resource.ts';
import { secret } from './resources/secret.ts';
import { stack } from './resources/stack.ts';
import * as named from './resources/table.ts';

const BY_SERVICE: ReadonlyMap<string, Resource> = new Map(
  [...Object.values(named), api, parameter, secret, stack].map((one) => [one.service, one]),
);

/** The resource that an action is about; undefined for a service without one of ours. */
export function resourceOfAction(action: string): Resource | undefined {
  return BY_SERVICE.get(action.replace(/:.*$/, ''));
}

/**
 * The ARN that a policy must name for an action, from the name, URL or ARN in a canary. A service without a resource of ours keeps the text.
 * @returns undefined for a URL that names no resource
 */
export function policyArn(action: string, address: string, region: string): string | undefined {
  const resource = resourceOfAction(action);
  if (resource === undefined) return address;
  const { policyEnding = '', policyArn: build = (name) => arnIn(resource, name, { region }) } = resource;
  const arn = address.startsWith('arn:') && resource !== api ? address : build(address, region);
  return arn === undefined || arn.endsWith(policyEnding) ? arn : `${arn}${policyEnding}`;
}
