import { randomUUID } from 'node:crypto';
import { Refusal } from '../protocol/refusal.ts';
import type { Answer } from './queues.ts';

const ROLE = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const VALID_MS = 3_600_000;

/** STS's AssumeRole: credentials for any role there could be, since nothing here is protected. */
export function assumeRole(form: URLSearchParams): Answer {
  const role = form.get('RoleArn') ?? '';
  if (!ROLE.test(role)) throw new Refusal('ValidationError', `${role} is invalid`);
  const session = form.get('RoleSessionName') ?? '';
  if (session === '') throw new Refusal('ValidationError', 'RoleSessionName is needed');
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}</Arn><AssumedRoleId>AROALOCAL:${session}</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>ASIALOCAL</AccessKeyId><SecretAccessKey>${randomUUID()}</SecretAccessKey><SessionToken>${role}</SessionToken>
<Expiration>${new Date(Date.now() + VALID_MS).toISOString()}</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`;
  return { status: 200, type: 'text/xml', body };
}
