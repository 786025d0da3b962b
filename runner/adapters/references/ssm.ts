import type { Source } from './source.ts';

/** `${ssm:/path}`: Parameter Store. A SecureString is decrypted, and is a secret. */
export const ssm: Source = {
  holderOf: (name) => name,
  read: async (holder, { clients, signal }) => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    const { Parameter } = await clients
      .clientOf(SSMClient, 'observe', holder)
      .send(new GetParameterCommand({ Name: holder, WithDecryption: true }), { abortSignal: signal });
    const value = { value: Parameter?.Value ?? '', secret: Parameter?.Type === 'SecureString' };
    return () => value;
  },
  // the last is for a name that Parameter Store does not take
  absent: ['ParameterNotFound', 'ParameterVersionNotFound', 'ValidationException'],
  formatAbsent: (holder) =>
    `Parameter Store has no parameter ${holder}. Check its name, the region and the account.`,
  permissions: (name) => [
    { action: 'ssm:GetParameter', resource: name },
    {
      action: 'kms:Decrypt',
      resource: `the key of ${name}, where it is a SecureString under a key of your own`,
    },
  ],
};
