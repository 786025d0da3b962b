import { DefinitionError } from '../../runner/core/base/errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A receiver of OTLP/HTTP, and the way to send to it. */
export interface Receiver {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The time of one try. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

const PATH = '/v1/traces'; // OTLP 1.10, "OTLP/HTTP Request"
const LOCAL = 'http://localhost:4318';
const TIMEOUT_MS = 10_000;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The receiver that the target of the reporter names, or else the variables of OpenTelemetry's exporters, those of traces first
 * (opentelemetry.io, "OpenTelemetry Protocol Exporter"). Headers stay with the address that they are written with. No message quotes a value.
 * @throws DefinitionError for a value that cannot be used.
 */
export function receiverOf(target: string | undefined, env: Env): Receiver {
  const setting = (name: string): string =>
    env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`] || '';
  if (setting('PROTOCOL') === 'grpc')
    throw new DefinitionError(
      "The reporter 'otlp' sends by HTTP, and OTEL_EXPORTER_OTLP_PROTOCOL is grpc. Set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL to http/json, and the endpoint to the receiver's port for HTTP, usually 4318.",
    );
  const [address, headers] = target === undefined ? [endpointIn(env), setting('HEADERS')] : partsOf(target);
  return {
    url: urlOf(address, target === undefined ? ' in OTEL_EXPORTER_OTLP_ENDPOINT' : ''),
    headers: headersIn(headers),
    timeoutMs: timeoutIn(setting('TIMEOUT')),
    gzip: isGzip(setting('COMPRESSION')),
  };
}

/** `NAME=VALUE,NAME=VALUE` with percent-encoded values, as OpenTelemetry writes headers and attributes; undefined for another form. */
export function pairsIn(text: string): readonly (readonly [name: string, value: string])[] | undefined {
  try {
    const pairs = text
      .split(',')
      .filter((one) => one.trim() !== '')
      .map((one) => /^\s*([^=\s]+)\s*=(.*)$/s.exec(one)?.slice(1) as [string, string]);
    return pairs.map(([name, value]) => [name, decodeURIComponent(value.trim())] as const);
  } catch {
    return undefined; // no equals sign, or a stray percent sign
  }
}

/** The secrets in a header: its value, and the token after a scheme such as `Bearer`. */
export function secretsIn({ headers }: Pick<Receiver, 'headers'>): readonly string[] {
  return Object.values(headers).flatMap((value) => [value, ...value.split(' ').slice(1)]);
}

function endpointIn(env: Env): string {
  return env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || withPath(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || LOCAL);
}

/** `ADDRESS`, or `ADDRESS HEADERS`. */
function partsOf(target: string): readonly [address: string, headers: string] {
  const [address = '', ...headers] = target.trim().split(/\s+/);
  return [withPath(address), headers.join(' ')];
}

/** The headers that a target names, by their names in lower case; none if they cannot be read. */
export function writtenHeaders(target: string): Receiver['headers'] {
  const [, headers] = partsOf(target);
  return Object.fromEntries((pairsIn(headers) ?? []).map(([name, value]) => [name.toLowerCase(), value]));
}

/** An address without the path of traces gets it. */
function withPath(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(PATH) ? path : `${path}${PATH}`;
  return url.href;
}

function urlOf(address: string, where: string): URL {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new DefinitionError(
    `The receiver of traces${where} is no URL that begins with https:// or http://. Name one: otlp:https://otlp.example.com, or 'otlp:ADDRESS NAME=VALUE,NAME=VALUE' with headers.`,
  );
}

function headersIn(text: string): Receiver['headers'] {
  const pairs = pairsIn(text);
  if (pairs?.every(([name, value]) => HEADER_NAME.test(name) && HEADER_VALUE.test(value)) === true)
    return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
  throw new DefinitionError(
    'The headers for the receiver of traces cannot be read. Write them as NAME=VALUE,NAME=VALUE; in a value, write a comma as %2C and a percent sign as %25.',
  );
}

function timeoutIn(text: string): number {
  if (text === '') return TIMEOUT_MS;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new DefinitionError(
    `OTEL_EXPORTER_OTLP_TIMEOUT is '${text}', and must be a whole number of milliseconds, such as 10000.`,
  );
}

function isGzip(text: string): boolean {
  if (text === '' || text === 'none' || text === 'gzip') return text === 'gzip';
  throw new DefinitionError(`OTEL_EXPORTER_OTLP_COMPRESSION is '${text}', and can only be gzip or none.`);
}
