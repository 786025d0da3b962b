/** A type of AWS resource that a step, a reference or a request names. Its file holds everything that the name alone shows. */
export interface Resource {
  /** The key of a step that names one; the doctor's question about it has the same name. */
  readonly name: string;
  /** The words for it in messages: `state machine`. */
  readonly label: string;
  /** The service's name in ARNs and in IAM. */
  readonly service: string;
  /** The service's grammar of a name. No other text reaches the service or a policy. */
  readonly names: {
    readonly pattern: RegExp;
    /** Any one of its characters. */
    readonly character: RegExp;
    /** The grammar in words: `3 to 255 letters, digits, _, . and -`. */
    readonly words: string;
  };
  /** Names that Coalmine gives to resources of its own, which no canary may touch. */
  readonly own?: RegExp;
  readonly arn: {
    /** The text between the account and the name: `event-bus/`. */
    readonly type: string;
    /** The shape of what follows the type. @default the grammar of a name */
    readonly name?: RegExp;
  };
  /** ARNs that look right and name something that cannot be used. */
  readonly refused?: { readonly arn: RegExp; readonly message: string; readonly hint: string };
  /**
   * The ARN by which a policy names it, with CloudFormation's pseudo parameters; undefined if the text names none.
   * @default its name below its type, in that region and in the account of the stack
   */
  policyArn?(nameOrUrl: string, region: string): string | undefined;
  /** The end of its ARN in a policy, added to one that a file gives too. */
  readonly policyEnding?: string;
}

const PARTITION = '${AWS::Partition}';
const ACCOUNT = '${AWS::AccountId}';

/** The name in an ARN of that service and type; any other text unchanged. Takes no resource, so that a bundle holds no more. */
export function nameInArn(service: string, type: string, address: string): string {
  const [arn, , of, , , ...rest] = address.split(':');
  const named = rest.join(':');
  return arn === 'arn' && of === service && named.startsWith(type) ? named.slice(type.length) : address;
}

/** True for a whole ARN of that sort, without anything that only a run can fill in. */
export function isArnOf(
  { service, names, arn: { type, name = names.pattern } }: Resource,
  text: string,
): boolean {
  return new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:${type}(?:${name.source})$`).test(text);
}

/** True for a name that the service can have, without anything that only a run can fill in. */
export function isNameOf({ names: { pattern } }: Resource, text: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`).test(text);
}

/**
 * The first character of a text that no name of that sort has. Characters of ARNs and URLs count only in a text that may be one. A value of
 * a run is an `x` in the text.
 */
export function strangerIn(
  { names: { character }, arn: { type }, policyEnding = '' }: Resource,
  text: string,
  mayBeAddress: boolean,
): string | undefined {
  const named = text.slice(0, text.length - policyEnding.length);
  const endsAsPolicy =
    policyEnding !== '' && text.endsWith(policyEnding) && !named.endsWith(type.slice(0, -1));
  const others = mayBeAddress ? /[\w.:/-]/ : /:/;
  return Array.from(endsAsPolicy ? named : text).find((one) => !character.test(one) && !others.test(one));
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
