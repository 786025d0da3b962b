import type { Json, JsonMap } from '../../core/base/json.ts';
import { openText } from '../../core/matching/open-text.ts';
import { type OpenedBytes, openBytes } from '../open-bytes.ts';

/** One push: its data, and the text that is searched for ids. */
export interface Push extends Pick<OpenedBytes, 'text' | 'opaque' | 'unread'> {
  readonly data: JsonMap;
}

/** Meaning of one message of a connection. */
export type Heard =
  | { readonly pushed: readonly (Push | Promise<Push>)[] }
  /** The system refuses, or ends the subscription: the reason. */
  | { readonly ended: string }
  /** A message of the protocol itself. */
  | { readonly type: string };

/** The words of a connection: how it begins, and which of its messages are pushes. */
export interface Dialect {
  readonly subprotocols: readonly string[];
  /** Messages that are sent in turn. The next one waits for a message of the type that `until` names. */
  readonly opening: readonly { readonly send: string; readonly until?: string }[];
  hear(data: string | Buffer): Heard;
}

/** A WebSocket without a protocol of its own, such as one of API Gateway: every message is a push. */
export function plainDialect(subprotocols: readonly string[], send: Json | undefined): Dialect {
  const messages = send === undefined ? [] : [send].flat();
  return {
    subprotocols,
    opening: messages.map((one) => ({ send: typeof one === 'string' ? one : JSON.stringify(one) })),
    hear: (data) => ({
      pushed: [typeof data === 'string' ? { data: { body: openText(data) }, text: data } : openPush(data)],
    }),
  };
}

/** A binary message: compressed text and JSON are read, the rest is base64. */
async function openPush(bytes: Buffer): Promise<Push> {
  const { body, text, compression, truncated, unread, ...more } = await openBytes(bytes);
  if (typeof body === 'string' && compression === undefined)
    return { data: { body: bytes.toString('base64') }, text };
  const read = { data: { body }, text, ...more };
  if (truncated === undefined) return unread === undefined ? read : { ...read, unread };
  return {
    ...read,
    unread: [{ path: 'body', why: 'it is longer than 1 MiB when decompressed', absent: true }],
  };
}
