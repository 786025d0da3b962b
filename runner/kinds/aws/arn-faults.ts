import { exampleArn, isArnOf, type Resource } from '../../core/aws/resources/resource.ts';
import { stateMachine } from '../../core/aws/resources/state-machine.ts';
import type { InputFault } from '../kind.ts';

/** The fault of an address that may be a name or an ARN: it is the ARN of something else. Values of a run may stand in it. */
export function arnFault(resource: Resource, address: string): readonly InputFault[] {
  if (resource.refused?.arn.test(address) !== true && !address.startsWith('arn:')) return [];
  return arnAloneFault(resource, address, `write its name, or ${exampleArn(resource)}`);
}

/** The fault of an address that must be an ARN. */
export function arnAloneFault(resource: Resource, address: string, hint: string): readonly InputFault[] {
  const { name: key, label, refused } = resource;
  if (refused?.arn.test(address) === true) return [{ key, message: refused.message, hint: refused.hint }];
  if (address.includes('${') || isArnOf(resource, address)) return [];
  const article = /^[aeiou]/.test(label) ? 'an' : 'a';
  return [{ key, message: `'${address}' is not the ARN of ${article} ${label}`, hint }];
}

/** The fault of an address that must be the ARN of a state machine. */
export function stateMachineFault(address: string): readonly InputFault[] {
  return arnAloneFault(stateMachine, address, `Step Functions takes ARNs only: ${exampleArn(stateMachine)}`);
}
