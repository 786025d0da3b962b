import { withoutReferences } from '../base/reference-syntax.ts';
import { exampleArn, isArnOf, isNameOf, nameInArn, type Resource, strangerIn } from './resources/resource.ts';
import { stateMachine } from './resources/state-machine.ts';

/** The fault of an address under the key of its resource: what, and what to do. */
export interface AddressFault {
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/** The fault of an address that must be a name or an ARN of that sort. Values of a run may stand in it. */
export function addressFault(resource: Resource, address: string): readonly AddressFault[] {
  const { label, names } = resource;
  if (resource.refused?.arn.test(address) === true || address.startsWith('arn:'))
    return arnAloneFault(resource, address, `write its name, or ${exampleArn(resource)}`);
  if (address.includes('${')) return strangerFault(resource, address);
  if (isNameOf(resource, address)) return ownFault(resource, address);
  const message = `'${address}' is not the name of ${withArticle(label)}`;
  return [{ key: resource.name, message, hint: `a name has ${names.words}` }];
}

/** The fault of an address that must be an ARN. */
export function arnAloneFault(resource: Resource, address: string, hint: string): readonly AddressFault[] {
  const { name: key, label, refused, service, arn } = resource;
  if (refused?.arn.test(address) === true) return [{ key, message: refused.message, hint: refused.hint }];
  if (address.includes('${')) return strangerFault(resource, address);
  if (isArnOf(resource, address)) return ownFault(resource, nameInArn(service, arn.type, address));
  return [{ key, message: `'${address}' is not the ARN of ${withArticle(label)}`, hint }];
}

/** The fault of an address that must be the ARN of a state machine. */
export function stateMachineFault(address: string): readonly AddressFault[] {
  return arnAloneFault(stateMachine, address, `Step Functions takes ARNs only: ${exampleArn(stateMachine)}`);
}

/** The fault of a name that is one of Coalmine's own: a canary would spoil its state. */
export function ownFault({ name: key, label, own }: Resource, name: string): readonly AddressFault[] {
  if (own?.test(name) !== true) return [];
  return [
    { key, message: `'${name}' is a ${label} of Coalmine itself`, hint: `name a ${label} of your system` },
  ];
}

/** The fault of the text around `${…}`: a character that no value of a run can make right. */
export function strangerFault(resource: Resource, address: string): readonly AddressFault[] {
  const { name: key, label, names } = resource;
  const around = withoutReferences(address, 'x');
  const stranger = strangerIn(resource, around, /^(?:arn:|https?:|\$\{)/i.test(address));
  if (stranger === undefined) return [];
  const message = `'${address}' holds '${stranger}', which the name of ${withArticle(label)} cannot have`;
  return [{ key, message, hint: `a name has ${names.words}` }];
}

function withArticle(label: string): string {
  return `${/^[aeiou]/i.test(label) ? 'an' : 'a'} ${label}`;
}
