import type { Json, JsonMap } from '../../core/base/json.ts';
import { openText } from '../../core/matching/open-text.ts';

/** Meaning of one message of a connection. */
export type Heard =
  /** The data of each push. */
  | { readonly pushed: readonly JsonMap[] }
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
      pushed: [{ body: typeof data === 'string' ? openText(data) : data.toString('base64') }],
    }),
  };
}
