import type { Source } from './source.ts';

/** `${ssm:/path}`: Parameter Store. A SecureString is decrypted, and is a secret. */
export const ssm: Source = {
  examples: ['<name>'],
  holderOf: (name) => name,
  read: async (holder, { clients, signal, previous }) => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    const client = clients.clientOf(SSMClient, 'observe', holder);
    const parameterAt = async (name: string) => {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      return (await client.send(command, { abortSignal: signal })).Parameter;
    };
    const present = await parameterAt(holder);
    const version = present?.Version ?? 1;
    const Parameter = previous && version > 1 ? await parameterAt(`${holder}:${version - 1}`) : present;
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
