import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RefusedRequest } from '../../core/inbox/ports.ts';

/** A request whose headers were read. */
export interface TakenRequest {
  /** It has come whole, and its receiver has it. */
  end(): void;
  /** It has not. Without effect after `end`. */
  refuse(why: string): void;
}

/** The requests that a server could not take. */
export interface Refusals {
  begin(request: IncomingMessage): TakenRequest;
  /** Answers what Node cannot read, as Node does by itself. */
  clientError(fault: ClientError, socket: Duplex): void;
  drop(mostConnections: number): void;
  /** Those that were refused, and those whose body is still to come. */
  all(): readonly RefusedRequest[];
}

/** An error of Node's parser: `HPE_HEADER_OVERFLOW` (Node.js, "Event: 'clientError'"). */
interface ClientError extends Error {
  readonly code?: string;
  /** The latest bytes. */
  readonly rawPacket?: Buffer;
}

/** The latest are kept: an older one was of a run that has ended. */
const MOST_KEPT = 1_000;

/** The answers of Node's own server. */
const ANSWERS: Readonly<Record<string, readonly [status: string, why: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'its headers are longer than 16 KiB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'its chunk extensions are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'it did not come whole within 10 s'],
};

/** `nowMs` gives the time in epoch milliseconds. */
export function refusals(nowMs: () => number): Refusals {
  const noted: RefusedRequest[] = [];
  const reading = new Map<Socket, RefusedRequest>();
  /** The bytes of each connection that belong to requests that were read. */
  const readBytes = new WeakMap<Duplex, number>();
  const note = (one: RefusedRequest): void => {
    noted.push(one);
    if (noted.length > MOST_KEPT) noted.shift();
  };
  return {
    begin: ({ method, url: target, socket }) => {
      const one = { atMs: nowMs(), method, target, why: 'its body is still to come' };
      reading.set(socket, one);
      const end = (): boolean => {
        readBytes.set(socket, socket.bytesRead);
        return reading.get(socket) === one && reading.delete(socket);
      };
      return {
        end: () => void end(),
        refuse: (why) => {
          if (end()) note({ ...one, atMs: nowMs(), why });
        },
      };
    },
    clientError: (fault, stream) => {
      const socket = stream as Socket;
      // The request under way notes it. A kept connection that ends between requests brings none.
      const isNew = !reading.has(socket) && socket.bytesRead > (readBytes.get(socket) ?? 0);
      const [status, why] = ANSWERS[fault.code ?? ''] ?? ['400 Bad Request', `it is no HTTP (${fault.code})`];
      if (isNew) note({ atMs: nowMs(), ...lineOf(fault.rawPacket), why });
      if (isNew && socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      else socket.destroy();
    },
    drop: (most) => note({ atMs: nowMs(), why: `${most} connections were open already` }),
    all: () => [...noted, ...reading.values()],
  };
}

/** The method and the target of a request, if its first line was read. */
function lineOf(bytes: Buffer | undefined): Pick<RefusedRequest, 'method' | 'target'> {
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\//.exec(bytes?.toString('latin1') ?? '') ?? [];
  return { method, target };
}
