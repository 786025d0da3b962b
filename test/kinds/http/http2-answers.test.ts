import type { AddressInfo } from 'node:net';
import {
  createServer,
  getCACertificates,
  type Server,
  setDefaultCACertificates,
  type TLSSocket,
} from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { exchange } from '../../../runner/kinds/http/request.ts';
import { selfSigned } from '../../support/network/certificate.ts';

const [DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY] = [0, 1, 3, 4, 7];
const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4];
const PREFACE_BYTES = 24;
const BODY = '{"status":"ok"}';
const STATUS_200 = Buffer.of(0x88); // RFC 7541, appendix A, entry 8

/** One frame of HTTP/2 (RFC 9113, section 4.1). */
function frame(
  type: number | undefined,
  flags: number | undefined,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type as number, 3);
  head.writeUInt8(flags as number, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function int32(...numbers: readonly number[]): Buffer {
  return Buffer.concat(numbers.map((number) => Buffer.from(number.toString(16).padStart(8, '0'), 'hex')));
}

function begun(stream: number): Buffer {
  return Buffer.concat([
    frame(HEADERS, END_HEADERS, stream, STATUS_200),
    frame(DATA, 0, stream, Buffer.from(BODY)),
  ]);
}

type Finish = (socket: TLSSocket, stream: number) => void;
let finish: Finish;
let server: Server;
let url: string;
const open = new Set<TLSSocket>();

function serve(socket: TLSSocket): void {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  socket.on('error', () => {}); // a client's abort does not concern the server
  socket.write(frame(SETTINGS, 0, 0));
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    if (isFirst && rest.length < PREFACE_BYTES) return;
    if (isFirst) rest = rest.subarray(PREFACE_BYTES);
    isFirst = false;
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const [type, flags, stream] = [rest[3], rest[4], rest.readUInt32BE(5)];
      rest = rest.subarray(9 + rest.readUIntBE(0, 3));
      if (type === SETTINGS && flags !== ACK) socket.write(frame(SETTINGS, ACK, 0));
      if (type === HEADERS) finish(socket, stream);
    }
  });
}

beforeAll(async () => {
  const certificate = selfSigned('localhost');
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  server = createServer({ ...certificate, ALPNProtocols: ['h2'] }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  for (const socket of open) socket.destroy();
  server.close();
});

async function ask(method = 'GET') {
  return exchange(
    { method, url, own: {} },
    { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false },
  );
}

describe('an answer over HTTP/2', () => {
  it.each<{ title: string; rest: Finish }>([
    {
      title: 'reset without an error',
      rest: (socket, stream) => socket.write(frame(RST_STREAM, 0, stream, int32(0))),
    },
    {
      title: 'cancelled',
      rest: (socket, stream) => socket.write(frame(RST_STREAM, 0, stream, int32(8))),
    },
    {
      title: 'reset with an error',
      rest: (socket, stream) => socket.write(frame(RST_STREAM, 0, stream, int32(2))),
    },
    {
      title: 'of a connection that is closed',
      rest: (socket, stream) => socket.end(frame(GOAWAY, 0, 0, int32(stream, 2))),
    },
    { title: 'of a connection that closes', rest: (socket) => socket.end() },
  ])('is the failure of the system if it is cut: $title', async ({ rest }) => {
    finish = (socket, stream) => socket.write(begun(stream), () => rest(socket, stream));

    for (const method of ['GET', 'POST'])
      await expect(ask(method)).rejects.toMatchObject({ blame: 'target', retryable: true });
  });

  it.each<{ title: string; whole: Finish }>([
    {
      title: 'in one piece',
      whole: (socket, stream) =>
        socket.write(Buffer.concat([begun(stream), frame(DATA, END_STREAM, stream)])),
    },
    {
      title: 'in pieces',
      whole: (socket, stream) =>
        socket.write(begun(stream), () => socket.write(frame(DATA, END_STREAM, stream))),
    },
    {
      title: 'with a reset behind its end, which asks for no more of the request',
      whole: (socket, stream) =>
        socket.write(
          Buffer.concat([
            begun(stream),
            frame(DATA, END_STREAM, stream),
            frame(RST_STREAM, 0, stream, int32(0)),
          ]),
        ),
    },
  ])('is whole if its end came, of many at once: $title', async ({ whole }) => {
    finish = whole;

    const answers = await Promise.all(Array.from({ length: 50 }, async () => ask()));

    expect(answers.map(({ data }) => data['body'])).toEqual(answers.map(() => ({ status: 'ok' })));
  });
});
