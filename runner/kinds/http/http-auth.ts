import { Type } from 'typebox';
import { awsHost } from '../../core/aws/location.ts';
import type { CognitoSession } from '../cognito/sessions.ts';
import type { CognitoAuth } from '../cognito/sign-in.ts';
import type { ActContext, InputFault, Permission } from '../kind.ts';
import type { ClientCertificate } from './connections.ts';

/** Authentication of a request. */
export type Auth =
  | string
  | {
      readonly aws?: { readonly service?: string; readonly region?: string };
      readonly basic?: string;
      readonly bearer?: string;
      readonly apiKey?: string;
      readonly cognito?: CognitoAuth;
    };

/** The signed parts of a request. */
export interface Signable {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Makes the headers that authenticate a request. */
export interface Authorize {
  (request: Signable): Promise<Readonly<Record<string, string>>>;
  /** Called after a refusal (401): true if the next headers are fresh, so that the request is worth one repetition. */
  readonly renew?: () => boolean;
}

type AuthContext = Pick<ActContext, 'clientOf' | 'clock' | 'signal' | 'learnSecret'>;

/** The service of a host that names none: API Gateway, behind a domain of its owner. */
const GATEWAY = 'execute-api';

const COGNITO_KEYS = {
  type: 'object',
  additionalProperties: false,
  required: ['userPool', 'clientId', 'username', 'password'],
  properties: {
    userPool: { type: 'string', minLength: 1, description: 'id of the user pool: eu-west-1_a1B2c3D4e' },
    clientId: { type: 'string', minLength: 1, description: 'id of an app client of the pool' },
    clientSecret: { type: 'string', minLength: 1, description: 'its secret, by reference, if it has one' },
    username: { type: 'string', minLength: 1, description: 'name of a user of the canary' },
    password: { type: 'string', minLength: 1, description: "the user's password, by reference" },
    flow: {
      type: 'string',
      enum: ['srp', 'password'],
      description: 'srp sends a proof of the password, password the password itself; srp when left out',
    },
    token: {
      type: 'string',
      enum: ['id', 'access'],
      description: 'the token that is sent; id when left out',
    },
  },
  description: 'a user of a Cognito user pool: userPool, clientId, username and password',
} as const;

export const AUTH_KEYS = {
  auth: Type.Optional(
    Type.Unsafe<Auth>({
      type: ['string', 'object'],
      additionalProperties: false,
      properties: {
        aws: {
          type: 'object',
          additionalProperties: false,
          properties: {
            service: { type: 'string', minLength: 1, description: 'execute-api, lambda, s3 or another' },
            region: { type: 'string', minLength: 1, description: 'the region of the API' },
          },
          description: 'service and region, if the host name does not show them',
        },
        basic: { type: 'string', minLength: 1, description: 'user:password, the password by reference' },
        bearer: { type: 'string', minLength: 1, description: 'a token, by reference' },
        apiKey: { type: 'string', minLength: 1, description: 'a key, by reference; sent as x-api-key' },
        cognito: COGNITO_KEYS,
      },
      description:
        "aws (signed with Signature Version 4 by the runner's role), or a map with one of aws, basic, bearer, apiKey and cognito",
    }),
  ),
  clientCertificate: Type.Optional(
    Type.Unsafe<ClientCertificate>({
      type: 'object',
      additionalProperties: false,
      required: ['cert', 'key'],
      properties: {
        cert: { type: 'string', minLength: 1, description: 'the certificate (chain) in PEM' },
        key: { type: 'string', minLength: 1, description: 'its private key in PEM, by reference' },
      },
      description: 'a certificate that the client shows, and its key, both in PEM: cert and key',
    }),
  ),
} as const;

/**
 * Permissions of a signed request. Only API Gateway's action follows from the request; others are granted by hand. `otherwise` is the service of
 * a host that names none.
 */
export function authPermissions(
  url: string,
  auth: Auth | undefined,
  otherwise = GATEWAY,
): readonly Permission[] {
  const asked = typeof auth === 'object' ? auth.aws : auth === 'aws' ? {} : undefined;
  const [, hostname = ''] = /^(?:[A-Z]+ )?https?:\/\/([^/?#:]+)/.exec(url) ?? [];
  const { service = signedForIn(hostname)?.service ?? otherwise } = asked ?? {};
  return asked === undefined || service !== GATEWAY
    ? []
    : [{ action: 'execute-api:Invoke', resource: url.replace(/^[A-Z]+ /, '') }];
}

/** The fault of the way to sign in, beyond its shape. */
export function authFaults({ auth }: { readonly auth?: Auth }): readonly InputFault[] {
  if (auth === undefined || auth === 'aws') return [];
  const ways = typeof auth === 'string' ? 0 : Object.keys(auth).length;
  if (ways === 1) return poolFaults(auth);
  return [
    {
      key: 'auth',
      message: typeof auth === 'string' ? `'${auth}' is no way to sign in` : 'a request signs in by one way',
      hint: 'write auth: aws, or a map with one of aws, basic, bearer, apiKey and cognito',
    },
  ];
}

/** The id of a pool begins with its region. One that only a run knows is checked by the run. */
function poolFaults(auth: Auth): readonly InputFault[] {
  const { userPool = '' } = (typeof auth === 'object' ? auth.cognito : undefined) ?? {};
  if (userPool === '' || userPool.includes('${') || /^[a-z]{2}(-[a-z]+)+-\d+_\w+$/.test(userPool)) return [];
  const message = `'${userPool}' is not the id of a user pool`;
  return [
    { key: 'auth', within: ['cognito', 'userPool'], message, hint: 'write one such as eu-west-1_a1B2c3D4e' },
  ];
}

/** The function that adds the headers; undefined without authentication. */
export function authorizeBy(
  auth: Auth | undefined,
  context: AuthContext,
  otherwise = GATEWAY,
): Authorize | undefined {
  if (auth === undefined) return undefined;
  const { basic, bearer, apiKey, cognito, aws = {} } = typeof auth === 'string' ? {} : auth;
  if (cognito !== undefined) return byCognito(cognito, context);
  if (apiKey !== undefined) return async () => ({ 'x-api-key': apiKey });
  if (bearer !== undefined) return async () => ({ authorization: `Bearer ${bearer}` });
  if (basic !== undefined)
    return async () => ({ authorization: `Basic ${Buffer.from(basic).toString('base64')}` });
  return async (request) => signed(request, { otherwise, ...aws }, context);
}

/** AppSync takes a token as it is, any other API behind the scheme of RFC 6750. */
function byCognito(asked: CognitoAuth, context: AuthContext): Authorize {
  let session: CognitoSession | undefined;
  const authorize = async ({ url }: Signable) => {
    const { cognitoSession } = await import('../cognito/sessions.ts');
    session ??= cognitoSession(asked, context);
    const token = await session.token();
    const isAppSync = signedForIn(url.hostname)?.service === 'appsync';
    return { authorization: isAppSync ? token : `Bearer ${token}` };
  };
  return Object.assign(authorize, { renew: () => session?.renew() === true });
}

/** Services whose hosts name them and their region: `<api>.execute-api.<region>.amazonaws.com`, in any partition. */
const HOSTS = [
  { host: /\.execute-api\.([a-z0-9-]+)$/, service: 'execute-api' },
  { host: /\.lambda-url\.([a-z0-9-]+)\.on$/, service: 'lambda' },
  { host: /\.appsync-api\.([a-z0-9-]+)$/, service: 'appsync' },
  { host: /(?:^|\.)s3[.-]([a-z0-9-]+)$/, service: 's3' },
] as const;

/** The part of a host before the domain of its partition: of `x.lambda-url.eu-west-1.on.aws`, `x.lambda-url.eu-west-1.on`. */
function serviceIn(hostname: string): string {
  const [, ofUrl] = /^(.*\.on)\.(?:aws|amazonwebservices\.(?:com\.cn|eu))$/.exec(hostname) ?? [];
  return ofUrl ?? awsHost(hostname)?.service ?? '';
}

/** The service and the region that a host names. */
function signedForIn(
  hostname: string,
): { readonly service: string; readonly region: string | undefined } | undefined {
  const within = serviceIn(hostname);
  return HOSTS.map(({ host, service }) => ({ service, region: host.exec(within)?.[1] })).find(
    ({ region }) => region !== undefined,
  );
}

/** Services that take the path of a request as it is, in S3's own encoding; all others expect it encoded again (AWS General Reference, SigV4). */
const PATH_AS_IS = /^s3(?:$|-|express$)/;

/** A path in the encoding that S3 gives to keys: all but letters, digits, `-`, `.`, `_` and `~`. */
function pathOfKey(pathname: string): string {
  return pathname
    .split('/')
    .map((part) => encodeURIComponent(decoded(part)).replace(/[!'()*]/g, percentEncoded))
    .join('/');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a % that encodes nothing stands for itself
  }
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * Signature Version 4 with the credentials of all AWS calls of this environment. A custom domain counts as an API Gateway in the
 * environment's region.
 */
async function signed(
  { method, url, headers, body }: Signable,
  asked: { readonly service?: string; readonly region?: string; readonly otherwise: string },
  { clientOf }: AuthContext,
): Promise<Readonly<Record<string, string>>> {
  const [{ SignatureV4 }, { STSClient }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-sdk/client-sts'),
  ]);
  const { credentials, sha256, region: own } = clientOf(STSClient).config;
  const inHost = signedForIn(url.hostname);
  const service = asked.service ?? inHost?.service ?? asked.otherwise;
  const asItIs = PATH_AS_IS.test(service);
  const signer = new SignatureV4({
    credentials,
    sha256,
    service,
    uriEscapePath: !asItIs,
    region: asked.region ?? inHost?.region ?? own,
  });
  const request = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: asItIs ? pathOfKey(url.pathname) : url.pathname,
    query: queryOf(url),
    headers: { ...headers, host: url.host },
    body: body ?? '',
  });
  return request.headers;
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
}
