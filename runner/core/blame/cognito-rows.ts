import { type Group, missing, row } from './row.ts';

/** The codes of Cognito's user pools, for a canary that signs in. */
export const COGNITO_GROUP: Group = {
  source: 'Amazon Cognito user pools API Reference, InitiateAuth and RespondToAuthChallenge',
  of: 'cognito-idp',
  rows: [
    missing('The app client or user pool', 'ResourceNotFoundException'),
    row(
      'credentials',
      'NotAuthorizedException UserNotFoundException',
      'The user pool does not accept the user and its password. Check the user and both references; a client secret may be missing, too.',
    ),
    row(
      'credentials',
      'PasswordResetRequiredException UserNotConfirmedException',
      "The canary's user is not ready. Confirm it, and give it a permanent password.",
    ),
    row(
      'invalid',
      'InvalidParameterException UnsupportedOperationException',
      'The app client does not take this way to sign in. Allow it ALLOW_USER_SRP_AUTH, or ALLOW_USER_PASSWORD_AUTH for flow: password.',
    ),
    row(
      'denied',
      'ForbiddenException',
      'AWS WAF keeps the runner from the user pool. Allow its address there.',
    ),
    row('unavailable', 'InternalErrorException'),
    row(
      'broken',
      'InvalidLambdaResponseException UnexpectedLambdaException UserLambdaValidationException',
      'A Lambda trigger of the user pool refuses the sign-in, or fails.',
    ),
    row(
      'unsupported',
      'FeatureUnavailableInTierException OperationNotEnabledException InvalidUserPoolConfigurationException ' +
        'InvalidSmsRoleAccessPolicyException InvalidSmsRoleTrustRelationshipException ' +
        'InvalidEmailRoleAccessPolicyException MFAMethodNotFoundException SoftwareTokenMFANotFoundException',
      'The user pool is not set up for this sign-in.',
    ),
    row(
      'ours',
      'AliasExistsException CodeMismatchException ExpiredCodeException InvalidPasswordException PasswordHistoryPolicyViolationException',
    ),
  ],
};
