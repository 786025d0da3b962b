import { CfnResource, Reference, Token, Tokenization } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Resources whose `Ref` is an ARN (AWS CloudFormation template reference, "Return values"). */
const REF_IS_ARN = [
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::StepFunctions::Activity',
  'AWS::StepFunctions::StateMachine',
];

/**
 * Splits texts that hold tokens, as far as their parts are known before deployment.
 * @throws Error for a token that may be a name or an ARN: the template needs to know which.
 */
export function tokenParts(
  topics: readonly ITopic[],
): (text: string, delimiter: string) => readonly string[] | undefined {
  return (text, delimiter) => {
    // No name and no ARN has a comma, so none is within a token.
    if (delimiter === ',' || !Token.isUnresolved(text)) return text.split(delimiter);
    if (delimiter !== ':') return undefined;
    const value = text.replace(/:+$/, '');
    const topic = topics.find(({ topicArn }) => topicArn === value);
    if (topic !== undefined) return ['arn', '', 'sns', topic.env.region, topic.env.account, topic.topicName];
    return [isArn(value) ? 'arn' : ''];
  };
}

/** True if a text with tokens is an ARN, false if it is a name. */
function isArn(value: string): boolean {
  const fragments = Tokenization.reverseString(value);
  const token = fragments.firstToken;
  if (token === undefined || fragments.length > 1) return value.startsWith('arn:');
  if (!Reference.isReference(token))
    throw new Error(
      `${value} may be a name or an ARN, and a policy needs to know which. Give an attribute of a construct, such as topic.topicArn or bus.eventBusName.`,
    );
  const { displayName, target } = token;
  if (displayName !== 'Ref') return displayName.endsWith('Arn');
  const type = CfnResource.isCfnResource(target) ? target.cfnResourceType : '';
  if (type === 'AWS::SQS::Queue')
    throw new Error(`${target.node.path} gives the URL of a queue. Give queue.queueArn or queue.queueName.`);
  return REF_IS_ARN.includes(type);
}
