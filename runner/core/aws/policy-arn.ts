import { api } from './resources/api.ts';
import { parameter } from './resources/parameter.ts';
import { arnIn, type Resource } from './resources/resource.ts';
import { secret } from './resources/secret.ts';
import { stack } from './resources/stack.ts';
import * as named from './resources/table.ts';

const BY_SERVICE: ReadonlyMap<string, Resource> = new Map(
  [...Object.values(named), api, parameter, secret, stack].map((one) => [one.service, one]),
);

/**
 * The ARN that a policy must name for an action, from the name, URL or ARN in a canary. An action that knows no resources (`*`)
 * and a service without a resource of ours keep the text.
 */
export function policyArn(action: string, address: string, region: string): string {
  const [service = ''] = action.split(':');
  const resource = BY_SERVICE.get(service);
  if (address === '*' || resource === undefined) return address;
  const { policyEnding = '', policyArn: build = (name) => arnIn(resource, name, { region }) } = resource;
  const arn = address.startsWith('arn:') ? address : build(address, region);
  return arn.endsWith(policyEnding) ? arn : `${arn}${policyEnding}`;
}
