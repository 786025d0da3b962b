/** One POST to an address that the operator chose. */
export interface PostRequest {
  readonly url: URL;
  /** The address in a message, without any part that may be secret: `The receiver of traces at otlp.example`. */
  readonly place: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Its deadline. */
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** The beginning of the answer's text, 64 KiB at most. */
  readonly body: string;
  /** The value of its `Retry-After`. */
  readonly retryAfter?: string;
}

/**
 * Posts once. It follows no redirect, reaches no blocked address, takes the proxy of the environment, and keeps no connection. An answer of any
 * status is a value.
 * @throws ObserverError if there is no answer; `permanent` if the address cannot be used at all.
 */
export type Post = (request: PostRequest) => Promise<PostAnswer>;
