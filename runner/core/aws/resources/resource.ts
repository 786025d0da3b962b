/** A type of AWS resource that a step, a reference or a request names. Its file holds everything that the name alone shows. */
export interface Resource {
  /** The key of a step that names one; the doctor's question about it has the same name. */
  readonly name: string;
  /** The words for it in messages: `state machine`. */
  readonly label: string;
  /** The service's name in ARNs and in IAM. */
  readonly service: string;
  readonly arn: {
    /** The text between the account and the name: `event-bus/`. */
    readonly type: string;
    /** The shape of what follows the type. @default a name without a colon */
    readonly name?: RegExp;
  };
  /** ARNs that look right and name something that cannot be used. */
  readonly refused?: { readonly arn: RegExp; readonly message: string; readonly hint: string };
  /**
   * The ARN by which a policy names it, with CloudFormation's pseudo parameters.
   * @default its name below its type, in that region and in the account of the stack
   */
  policyArn?(nameOrUrl: string, region: string): string;
  /** The end of its ARN in a policy, added to one that a file gives too. */
  readonly policyEnding?: string;
}

const PARTITION = '${AWS::Partition}';
const ACCOUNT = '${AWS::AccountId}';
const NAME = /[^:]+/;

/** The name in an ARN of that service and type; any other text unchanged. Takes no resource, so that a bundle holds no more. */
export function nameInArn(service: string, type: string, address: string): string {
  const [arn, , of, , , ...rest] = address.split(':');
  const named = rest.join(':');
  return arn === 'arn' && of === service && named.startsWith(type) ? named.slice(type.length) : address;
}

/** True for a whole ARN of that sort, without anything that only a run can fill in. */
export function isArnOf({ service, arn: { type, name = NAME } }: Resource, text: string): boolean {
  return new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:${type}${name.source}$`).test(text);
}

/** An ARN of that sort as messages show it: `arn:aws:sns:<region>:<account>:<name>`. */
export function exampleArn({ service, arn: { type } }: Resource): string {
  return `arn:aws:${service}:<region>:<account>:${type}<name>`;
}

/** The ARN of a resource for a policy. Texts are in the language of CloudFormation's `Fn::Sub`. */
export function arnIn(
  { service, arn: { type } }: Resource,
  name: string,
  { region, account = ACCOUNT }: { readonly region: string; readonly account?: string },
): string {
  return ['arn', PARTITION, service, region, account, `${type}${name}`].join(':');
}
