/** The name in a bus's ARN, or the name itself. `default` is the account's own bus. */
export function busNameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:events:[^:]*:[^:]*:event-bus\//, '');
}

/** The name in a topic's ARN, or the name itself. */
export function topicNameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:sns:[^:]*:[^:]*:/, '');
}

export function addressOf(on: { readonly bus: string } | { readonly topic: string }): string {
  return 'bus' in on ? on.bus : on.topic;
}

/** Display name, and the key of its entries in the journal: `bus orders`, `topic ships`. */
export function feedNameOf(on: { readonly bus: string } | { readonly topic: string }): string {
  return 'bus' in on ? `bus ${busNameOf(on.bus)}` : `topic ${topicNameOf(on.topic)}`;
}

/** The name in a queue's URL or ARN, or the name itself. */
export function queueNameOf(address: string): string {
  return address.replace(/^arn:[^:]*:sqs:[^:]*:[^:]*:/, '').replace(/^https?:\/\/[^/]+\/(?:.*\/)?/, '');
}

/** The name in a function's ARN, or the name itself; without version or alias. */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '').replace(/:.*$/, '');
}

export function stateMachineNameOf(arn: string): string {
  return arn.replace(/^arn:[^:]*:states:[^:]*:[^:]*:(?:stateMachine|execution):/, '').replace(/:.*$/, '');
}
