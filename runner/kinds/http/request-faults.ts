import { type Numeric, scalarText } from '../../core/base/numbers.ts';
import { pemFault } from '../../core/network/pem.ts';
import type { FaultsOf, InputFault } from '../kind.ts';
import type { ClientCertificate } from './connections.ts';
import type { Auth } from './http-auth.ts';

/** The parts of a request that can be illegal in HTTP or TLS. */
export interface CheckedRequest {
  readonly headers?: Readonly<Record<string, string | Numeric>>;
  readonly auth?: Auth;
  readonly clientCertificate?: ClientCertificate;
}

/** The characters of a name (RFC 9110, 5.6.2, "token"). */
export const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** Characters that a text may not hold, and the remedy. */
interface Grammar {
  readonly illegal: RegExp;
  readonly hint: string;
}

/** The value of a header: no control character but the tab, and nothing that is no byte (RFC 9110, 5.5; Node.js). */
const VALUE: Grammar = {
  illegal: /[^\t\x20-\x7e\x80-\xff]/,
  hint: 'a header holds printable ASCII: encode the value, for example percent-encoded or in Base64',
};
/** A user and password: no control character (RFC 7617, 2). */
const USER: Grammar = {
  illegal: /[\u0000-\u001f\u007f]/,
  hint: 'a password holds no control character: store it without',
};
/** Headers that belong to the connection or follow from the body (RFC 9110, 7.6.1 and 8.6). */
const OWN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The faults of a request that no HTTP client can send: headers, a token, a user in the URL, a client certificate. */
export function requestFaults(
  { headers = {}, auth, clientCertificate }: CheckedRequest,
  { key, request }: { readonly key: string; readonly request: string },
  of: FaultsOf,
): readonly InputFault[] {
  const { basic, bearer, apiKey } = typeof auth === 'object' ? auth : {};
  return [
    ...Object.entries(headers).flatMap(([name, value]) => headerFaults(name, scalarText(value), of)),
    ...(bearer === undefined || !isKnown(bearer, of)
      ? []
      : textFaults(bearer, VALUE, { called: 'the token', key: 'auth', within: ['bearer'] })),
    ...(apiKey === undefined || !isKnown(apiKey, of)
      ? []
      : textFaults(apiKey, VALUE, { called: 'the key', key: 'auth', within: ['apiKey'] })),
    ...(basic === undefined || !isKnown(basic, of)
      ? []
      : textFaults(basic, USER, { called: 'the password', key: 'auth', within: ['basic'] })),
    ...(isKnown(request, of) ? userFaults(request, key) : []),
    ...(clientCertificate === undefined ? [] : certificateFaults(clientCertificate, of)),
  ];
}

/** The value of a template is unknown until it is filled in. */
export function isKnown(text: string, { filled }: FaultsOf): boolean {
  return filled || !text.includes('${');
}

interface HeaderPlace {
  readonly called: string;
  readonly key: string;
  readonly within: readonly string[];
}

function headerFaults(name: string, value: string, of: FaultsOf): readonly InputFault[] {
  const place = { key: 'headers', within: [name] };
  if (!TOKEN.test(name)) {
    const hint = 'a name holds letters, digits and hyphens, and no space';
    return [{ ...place, message: `'${name}' is no name of a header`, hint }];
  }
  if (OWN.has(name.toLowerCase())) {
    const hint = 'leave it out: it follows from the connection and the body';
    return [{ ...place, message: `the header '${name}' is written by Coalmine alone`, hint }];
  }
  return isKnown(value, of) ? textFaults(value, VALUE, { called: `the header '${name}'`, ...place }) : [];
}

function textFaults(
  text: string,
  { illegal, hint }: Grammar,
  { called, ...place }: HeaderPlace,
): readonly InputFault[] {
  const [found] = illegal.exec(text) ?? [];
  if (found === undefined) return [];
  const ends = /^[\r\n]+$/.test(text.slice(text.indexOf(found)));
  if (ends)
    return [
      { ...place, message: `${called} ends in a line break`, hint: 'store the value without the line break' },
    ];
  const what = /[\r\n]/.test(found) ? 'a line break' : `the character ${codePoint(found)}`;
  return [{ ...place, message: `${called} holds ${what}`, hint }];
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** `https://user:100%@host`: a percent sign that encodes nothing. */
function userFaults(request: string, key: string): readonly InputFault[] {
  const [, user] = /\/\/([^/?#]*)@/.exec(request) ?? [];
  if (user === undefined || !/%(?![\dA-Fa-f]{2})/.test(user)) return [];
  const hint = 'write %25 for a percent sign, or use auth: basic';
  return [{ key, message: 'the user or password in the URL holds a % that encodes nothing', hint }];
}

/** A literal key is refused as a secret, so before a run only the certificate can be checked. */
function certificateFaults({ cert, key }: ClientCertificate, of: FaultsOf): readonly InputFault[] {
  if (!isKnown(cert, of) || (!of.filled && !key.includes('${'))) return [];
  const fault = pemFault(of.filled ? { cert, key } : { cert });
  if (fault === undefined) return [];
  const { message, hint } = fault;
  return [{ key: 'clientCertificate', within: [fault.of], message, hint }];
}
