import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Json, parseJson } from '../../../runner/core/base/json.ts';
import { LONGEST_BODY_BYTES, mostBytes, type RawBody, readBody } from '../../../runner/kinds/body.ts';

const ZEROS = Buffer.alloc(200_000_000);
const GZIP_BOMB = gzipSync(ZEROS, { level: 1 });
const OK = '{"status":"ok"}';

function bodyOf(bytes: Uint8Array | string, more: Partial<RawBody> = {}) {
  const given = { isWhole: true, contentEncoding: undefined, contentType: undefined, ...more };
  return readBody({ bytes: Buffer.from(bytes), ...given });
}

describe('a body', () => {
  it.each([
    { contentEncoding: 'gzip', bytes: gzipSync(OK) },
    { contentEncoding: 'x-gzip', bytes: gzipSync(OK) },
    { contentEncoding: 'GZip', bytes: Buffer.concat([gzipSync('{"status":'), gzipSync('"ok"}')]) },
    { contentEncoding: 'br', bytes: brotliCompressSync(OK) },
    { contentEncoding: 'zstd', bytes: zstdCompressSync(OK) },
    { contentEncoding: 'deflate', bytes: deflateSync(OK) },
    { contentEncoding: 'deflate', bytes: deflateRawSync(OK) },
    { contentEncoding: 'deflate, gzip', bytes: gzipSync(deflateSync(OK)) },
    { contentEncoding: 'identity', bytes: Buffer.from(OK) },
    { contentEncoding: 'gzip,aws-chunked', bytes: gzipSync(OK) },
    { contentEncoding: '', bytes: Buffer.from(OK) },
  ])('that is encoded as $contentEncoding is decoded', async ({ contentEncoding, bytes }) => {
    const read = await bodyOf(bytes, { contentEncoding, contentType: 'application/json' });

    expect(read).toEqual({ body: { status: 'ok' } });
  });

  it.each(['gzip', 'br', 'zstd', 'deflate'])(
    'that is empty stays so, whatever it is called: %s',
    async (name) => {
      expect(await bodyOf('', { contentEncoding: name, contentType: 'application/json' })).toEqual({
        body: '',
      });
    },
  );

  it.each(['gzip', 'br', 'zstd', 'deflate', 'gzip, br'])(
    'that is called %s and is plain stays as it came, and is garbled',
    async (contentEncoding) => {
      const { body, unread } = await bodyOf(OK, { contentEncoding });

      expect(body).toBe(OK);
      expect(unread).toEqual([
        {
          path: 'body',
          why: `its content-encoding says ${contentEncoding.split(', ').at(-1)}, and it is not`,
          garbled: true,
        },
      ]);
    },
  );

  it('that breaks off within its encoding is garbled', async () => {
    const long = Buffer.from(JSON.stringify(Array.from({ length: 20_000 }, (_, n) => n * 7_919)));
    const half = gzipSync(long).subarray(0, 20_000);

    const { body, unread } = await bodyOf(half, { contentEncoding: 'gzip' });

    expect(long.toString()).toContain(body);
    expect(unread).toMatchObject([{ garbled: true, why: expect.stringContaining('ends too soon') }]);
  });

  it.each(['compress', 'gzip, dcb', 'br,br,br,br,br'])(
    'whose encoding is not read here cannot be seen: %s',
    async (contentEncoding) => {
      const { unread } = await bodyOf('x', { contentEncoding });

      expect(unread).toMatchObject([{ path: 'body', absent: true }]);
    },
  );

  it.each([
    { name: 'gzip', bytes: GZIP_BOMB },
    { name: 'br', bytes: brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }) },
    { name: 'zstd', bytes: zstdCompressSync(ZEROS) },
    { name: 'gzip, gzip', bytes: gzipSync(GZIP_BOMB) },
  ])('that is a bomb is cut at its decoded limit: $name', async ({ name, bytes }) => {
    const { body, truncated } = await bodyOf(bytes, { contentEncoding: name });

    expect(body).toHaveLength(LONGEST_BODY_BYTES);
    expect(truncated).toEqual(['body']);
  });

  it('is read whole where it is as long as the limit, decoded', async () => {
    const noise = Buffer.from(Array.from({ length: LONGEST_BODY_BYTES / 4 }, (_, n) => (n * 7_919) % 251));
    const text = noise.toString('hex').padEnd(LONGEST_BODY_BYTES, '0');
    const bytes = gzipSync(text, { level: 0 });

    const { body, truncated } = await bodyOf(bytes, { contentEncoding: 'gzip' });

    expect(bytes.length).toBeGreaterThan(LONGEST_BODY_BYTES);
    expect(bytes.length).toBeLessThan(mostBytes('gzip'));
    expect(truncated).toBeUndefined();
    expect(body).toBe(text);
  });

  it('that was not read to its end is cut, not garbled', async () => {
    const half = gzipSync(Buffer.from('abc'.repeat(99))).subarray(0, 15);

    expect(await bodyOf(half, { contentEncoding: 'gzip', isWhole: false })).toMatchObject({
      truncated: ['body'],
    });
    expect(await bodyOf('[1', { isWhole: false })).toEqual({ body: '[1', truncated: ['body'] });
  });

  const little = (text: string): Buffer => Buffer.from(text, 'utf16le');
  const big = (text: string): Buffer => little(text).swap16();
  it.each<{ title: string; bytes: Buffer; contentType?: string; body: Json }>([
    { title: 'no charset', bytes: Buffer.from('Müller €'), body: 'Müller €' },
    { title: 'a mark', bytes: Buffer.from('\uFEFFMüller'), body: 'Müller' },
    {
      title: 'Latin 1',
      bytes: Buffer.from('Müller', 'latin1'),
      contentType: 'text/plain; charset=iso-8859-1',
      body: 'Müller',
    },
    {
      title: 'Windows',
      bytes: Buffer.from([0x80]),
      contentType: 'text/plain;Charset="windows-1252"',
      body: '€',
    },
    {
      title: 'UTF-16 with a mark',
      bytes: little('\uFEFFMü'),
      contentType: 'text/plain; charset=utf-16',
      body: 'Mü',
    },
    {
      title: 'UTF-16 with the other mark',
      bytes: big('\uFEFFMü'),
      contentType: 'text/plain; charset=utf-16',
      body: 'Mü',
    },
    {
      title: 'UTF-16 without one',
      bytes: little('Mü'),
      contentType: 'text/plain; charset=utf-16',
      body: 'Mü',
    },
    {
      title: 'UTF-16 without one, turned',
      bytes: big('Mü'),
      contentType: 'text/plain; charset=UTF-16',
      body: 'Mü',
    },
    { title: 'UTF-16BE', bytes: big('Mü'), contentType: 'text/plain; charset=utf-16be', body: 'Mü' },
    {
      title: 'UTF-16 JSON of no charset',
      bytes: big('{"a":1}'),
      contentType: 'application/json',
      body: { a: 1 },
    },
    {
      title: 'a mark against the header',
      bytes: little('\uFEFFMü'),
      contentType: 'text/plain; charset=utf-8',
      body: 'Mü',
    },
    {
      title: 'Shift JIS',
      bytes: Buffer.from([0x93, 0xfa]),
      contentType: 'text/html; charset=Shift_JIS',
      body: '日',
    },
    {
      title: 'XML that names its own',
      bytes: Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', 'latin1'),
      contentType: 'text/xml',
      body: '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>',
    },
  ])('is read in its charset: $title', async ({ bytes, contentType, body }) => {
    expect(await bodyOf(bytes, { contentType })).toEqual({ body });
  });

  it('of a charset that is not read here cannot be seen', async () => {
    expect(await bodyOf('x', { contentType: 'text/plain; charset=utf-7' })).toEqual({
      body: 'x',
      unread: [{ path: 'body', why: "its charset 'utf-7' is not read here", absent: true }],
    });
  });

  it('whose bytes are not UTF-8 is read as far as it is, and says so', async () => {
    const bytes = Buffer.from('{"name":"Müller"}', 'latin1');

    expect(await bodyOf(bytes, { contentType: 'application/json' })).toEqual({
      body: { name: 'M\uFFFDller' },
      unread: [{ path: 'body', why: expect.stringContaining('not UTF-8'), mangled: true }],
    });
    expect(await bodyOf('\uFFFD')).toEqual({ body: '\uFFFD' });
  });

  it.each<{ contentType?: string; text: string; body: Json }>([
    { contentType: 'application/json', text: '12', body: 12 },
    { contentType: 'application/problem+json; charset=utf-8', text: OK, body: { status: 'ok' } },
    { contentType: 'application/x-amz-json-1.0', text: OK, body: { status: 'ok' } },
    { contentType: 'application/x-amz-json-1.1', text: '"a"', body: 'a' },
    { contentType: 'application/json', text: JSON.stringify(OK), body: { status: 'ok' } },
    { contentType: 'text/x-json', text: 'true', body: true },
    { contentType: 'text/plain', text: ` ${OK}\n`, body: { status: 'ok' } },
    { contentType: 'text/html', text: OK, body: { status: 'ok' } },
    { contentType: 'binary/octet-stream', text: '[1]', body: [1] },
    { text: OK, body: { status: 'ok' } },
    { text: '12', body: '12' },
    { contentType: 'text/plain', text: '"a"', body: '"a"' },
    { contentType: 'text/plain', text: '[draft] hello', body: '[draft] hello' },
    { contentType: 'application/x-ndjson', text: '{}\n{}', body: '{}\n{}' },
    { contentType: 'application/json', text: '{"ratio":NaN}', body: { ratio: 'NaN' } },
    {
      contentType: 'application/json',
      text: '{"id":1234567890123456789}',
      body: parseJson('{"id":1234567890123456789}'),
    },
  ])('of type $contentType is JSON or text as it reads: $text', async ({ contentType, text, body }) => {
    expect(await bodyOf(text, { contentType })).toEqual({ body });
  });

  it('that is called JSON and is not stays text, and says so', async () => {
    expect(await bodyOf('<html>', { contentType: 'application/json' })).toEqual({
      body: '<html>',
      unread: [{ path: 'body', why: 'its content type says JSON, and it is not' }],
    });
  });

  it('of any bytes under any header is read without a fault of ours', async () => {
    const encodings = fc.constantFrom(undefined, 'gzip', 'br', 'zstd', 'deflate', 'x', 'gzip, br');
    const charset = fc.constantFrom('', '; charset=utf-16', '; charset=latin1', '; charset=x');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), encodings, charset, async (bytes, contentEncoding, more) => {
        const read = await bodyOf(bytes, { contentEncoding, contentType: `application/json${more}` });
        expect(JSON.stringify(read)).toEqual(expect.any(String));
      }),
    );
  });
});
