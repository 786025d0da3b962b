import { describe, expect, it } from '@jest/globals';
import { receiverOf, secretsIn } from '../../../reporters/traces/receiver.ts';

describe('the receiver of traces', () => {
  it.each([
    { of: 'this machine, without a setting', env: {}, url: 'http://localhost:4318/v1/traces' },
    {
      of: 'the endpoint of all signals, with the path of traces',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example/base/' },
      url: 'https://otlp.example/base/v1/traces',
    },
    {
      of: 'the endpoint of traces, as it is',
      env: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://one.example/t',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://two.example',
      },
      url: 'https://one.example/t',
    },
    {
      of: 'the target, before any variable',
      target: 'https://three.example',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://two.example' },
      url: 'https://three.example/v1/traces',
    },
    {
      of: 'a target with its path',
      target: 'https://three.example/x/v1/traces',
      env: {},
      url: 'https://three.example/x/v1/traces',
    },
    {
      of: 'a target whose path ends with a slash',
      target: 'https://three.example/v1/traces/',
      env: {},
      url: 'https://three.example/v1/traces',
    },
  ])('is $of', ({ target, env, url }) => {
    expect(receiverOf(target, env).url.href).toBe(url);
  });

  it('has ten seconds for a try, no compression and no header, unless variables say otherwise', () => {
    expect(receiverOf(undefined, {})).toMatchObject({ timeoutMs: 10_000, gzip: false, headers: {} });
    const env = {
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '3000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20YTpi, x-tenant = a%2Cb ,',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    };
    expect(receiverOf(undefined, env)).toMatchObject({
      timeoutMs: 3_000,
      gzip: true,
      headers: { authorization: 'Basic YTpi', 'x-tenant': 'a,b' },
    });
    expect(receiverOf(undefined, { OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }).gzip).toBe(false);
  });

  it('keeps headers with the address that they are written with', () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret-of-another-place' };

    expect(receiverOf('https://otlp.example', env).headers).toEqual({});
    expect(receiverOf('https://otlp.example  x-team=t,authorization=Bearer abc', env).headers).toEqual({
      'x-team': 't',
      authorization: 'Bearer abc',
    });
  });

  it('knows the values of headers as secrets, and the token after a scheme too', () => {
    expect(secretsIn({ headers: { authorization: 'Bearer abcdefgh', 'x-team': 'team-key' } })).toEqual([
      'Bearer abcdefgh',
      'abcdefgh',
      'team-key',
    ]);
  });

  it.each([
    {
      what: 'an address without a scheme',
      target: 'otlp.example:4318 a=SeCrEt',
      message: 'The receiver of traces is no URL',
    },
    { what: 'an address that is none', target: ' ', message: 'The receiver of traces is no URL' },
    {
      what: 'an endpoint that is no URL',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'SeCrEt' },
      message: 'in OTEL_EXPORTER_OTLP_ENDPOINT is no URL',
    },
    { what: 'a header without a value', target: 'http://a SeCrEt', message: 'The headers for the receiver' },
    { what: 'a stray percent sign', target: 'http://a k=SeCrEt%', message: 'a percent sign as %25' },
    {
      what: 'a name that no header can have',
      target: 'http://a k(=SeCrEt',
      message: 'The headers for the receiver',
    },
    {
      what: 'a value that no header can have',
      target: 'http://a k=SeCrEt%0A',
      message: 'The headers for the receiver',
    },
    {
      what: 'a time that is none',
      env: { OTEL_EXPORTER_OTLP_TIMEOUT: '10s' },
      message: "is '10s', and must be a whole number",
    },
    {
      what: 'another compression',
      env: { OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' },
      message: "is 'zstd', and can only be",
    },
    {
      what: 'gRPC',
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      message: 'Set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    },
  ])('refuses $what, and quotes no secret', ({ target, env = {}, message }) => {
    const refused = (): unknown => receiverOf(target, env);

    expect(refused).toThrow(message);
    expect(refused).not.toThrow('SeCrEt');
  });
});
