import { omitUndefined } from '../base/omit-undefined.ts';
import { addressOf } from './feed.ts';

/** Location of an AWS resource, as far as its address names it. A plain name has none: the resource lies in the canary's own place. */
export interface AwsLocation {
  readonly partition?: string;
  readonly region?: string;
  readonly account?: string;
}

const HERE: AwsLocation = {};

/** Every partition with the domains of its endpoints (AWS SDK, `partitions.json`), the longest first. */
const DOMAINS: readonly (readonly [domain: string, partition: string])[] = [
  ['api.amazonwebservices.com.cn', 'aws-cn'],
  ['amazonaws.com.cn', 'aws-cn'],
  ['api.amazonwebservices.eu', 'aws-eusc'],
  ['amazonaws.eu', 'aws-eusc'],
  ['csp.hci.ic.gov', 'aws-iso-f'],
  ['cloud.adc-e.uk', 'aws-iso-e'],
  ['sc2s.sgov.gov', 'aws-iso-b'],
  ['c2s.ic.gov', 'aws-iso'],
  ['amazonaws.com', 'aws'],
  ['api.aws', 'aws'],
];

/** The hosts of SQS: plain, FIPS, of older queues, and of VPC endpoints (Amazon SQS developer guide, endpoints). */
const SQS_HOST =
  /^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue|vpce-[a-z0-9-]+\.sqs\.([a-z0-9-]+)\.vpce)$/;

/** The region that queue URLs of the oldest form, `queue.amazonaws.com`, are of. */
const OLDEST_REGION = 'us-east-1';

export function locationOf(address: string): AwsLocation {
  if (address.startsWith('arn:')) return locationInArn(address);
  return isQueueUrl(address) && URL.canParse(address) ? locationInUrl(new URL(address)) : HERE;
}

/** Location in which canaries of an environment act: its region, and the account of its role, as far as the project file has them. */
export function homeOf({
  region,
  role = '',
}: {
  readonly region?: string;
  readonly role?: string;
}): AwsLocation {
  const { account } = locationOf(role);
  return { ...omitUndefined({ region, account }) };
}

/**
 * Location of the bus or topic of a check or a tap. A bus given by name is in `home`; a topic given by name is the one of that name that
 * the project's tap reads.
 */
export function locate(
  on: { readonly bus: string } | { readonly topic: string },
  home: AwsLocation,
): AwsLocation {
  const address = addressOf(on);
  return 'bus' in on && !address.startsWith('arn:') ? home : locationOf(address);
}

/** True if two addresses cannot be in the same place: both name a region or account, and these differ. */
export function contradicts(one: AwsLocation, other: AwsLocation): boolean {
  return (['region', 'account'] as const).some(
    (part) => one[part] !== undefined && other[part] !== undefined && one[part] !== other[part],
  );
}

/** A location as text: `eu-central-1, account 123456789012`. */
export function formatLocation({ region, account }: AwsLocation): string {
  return [region ?? [], account === undefined ? [] : `account ${account}`].flat().join(', ');
}

export function isQueueUrl(address: string): boolean {
  return /^https?:/i.test(address);
}

/**
 * True if a queue's URL names a host of AWS, or one that can only be a local AWS. Requests carry a signature, and in a
 * function a session token: they go to no other host.
 */
export function isQueueHost(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, protocol } = new URL(url);
  if (sqsHost(hostname) !== undefined) return protocol === 'https:';
  return (
    !hostname.includes('.') ||
    /(^|\.)localhost$|\.localhost\.localstack\.cloud$/.test(hostname) ||
    /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname)
  );
}

/** An empty part, or one that a run fills in, is unknown. */
function locationInArn(arn: string): AwsLocation {
  const [, partition, , region, account] = arn.split(':');
  const known = (part: string | undefined): part is string => part !== undefined && /^[a-z0-9-]+$/.test(part);
  return {
    ...(known(partition) ? { partition } : {}),
    ...(known(region) ? { region } : {}),
    ...(known(account) ? { account } : {}),
  };
}

function locationInUrl({ hostname, pathname }: URL): AwsLocation {
  const [, account] = /^\/(\d{12})\//.exec(pathname) ?? [];
  return { ...sqsHost(hostname), ...omitUndefined({ account }) };
}

/** A host of AWS: the part before the domain of its partition, which names a service; undefined for any other host. */
export function awsHost(
  hostname: string,
): { readonly service: string; readonly partition: string } | undefined {
  const [domain, partition] = DOMAINS.find(([one]) => hostname.endsWith(`.${one}`)) ?? [];
  if (domain === undefined || partition === undefined) return undefined;
  return { service: hostname.slice(0, -domain.length - 1), partition };
}

function sqsHost(hostname: string): AwsLocation | undefined {
  const { service, partition } = awsHost(hostname) ?? {};
  if (service === undefined || partition === undefined) return undefined;
  if (service === 'queue') return { partition, region: OLDEST_REGION };
  const [, region, older, byVpc] = SQS_HOST.exec(service) ?? [];
  const found = region ?? older ?? byVpc;
  return found === undefined ? undefined : { partition, region: found };
}
