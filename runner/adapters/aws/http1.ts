/** The part of an SDK client that sends its requests. */
interface RequestHandler {
  readonly metadata?: { readonly handlerProtocol?: string };
  handle(request: unknown, options?: unknown): Promise<unknown>;
  destroy?(): void;
}

/**
 * Lets a client that would speak HTTP/2 speak HTTP/1.1, as all others do. The SDK's HTTP/2 reaches neither an `http:` endpoint nor a proxy
 * (read in @smithy/node-http-handler). The only client of ours that would is that of Kinesis.
 * @param options agents of the proxies, as `requestHandlerFor` gives them
 */
export function speakHttp1<Client>(client: Client, options: object): Client {
  const { config } = client as { readonly config: { requestHandler: RequestHandler } };
  if (config.requestHandler.metadata?.handlerProtocol !== 'h2') return client;
  config.requestHandler.destroy?.();
  config.requestHandler = http1Handler(options);
  return client;
}

/** Loads the SDK's handler with the first request. */
function http1Handler({ requestHandler }: { readonly requestHandler?: object }): RequestHandler {
  let loading: Promise<RequestHandler> | undefined;
  const load = async (): Promise<RequestHandler> => {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler');
    return new NodeHttpHandler(requestHandler);
  };
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, options) => {
      loading ??= load();
      return (await loading).handle(request, options);
    },
    destroy: () => void loading?.then((handler) => handler.destroy?.()),
  };
}
