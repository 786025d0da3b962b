/**
 * Library for watched applications: it passes the id of a request on to the next hop, so that one id joins all of its effects. Traffic
 * without an id is unaffected: a fresh one is made.
 */

/** Ids that travel from hop to hop. */
export interface Correlation {
  readonly correlationId: string;
  /** W3C Trace Context, when the hop before sent one. */
  readonly traceparent?: string;
  /** True for canary traffic: real effects, such as a charged card, may be left out. */
  readonly canary: boolean;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** The correlation in an HTTP request's headers; header names may be in any case. */
export function fromHeaders(headers: Headers): Correlation {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return correlationOf(
    lower.get('x-correlation-id'),
    lower.get('traceparent'),
    lower.get('x-canary') !== undefined,
  );
}

/** The correlation in an EventBridge event's detail, at `metadata`. */
export function fromDetail(detail: { readonly metadata?: Partial<Correlation> }): Correlation {
  const { correlationId, traceparent, canary } = detail.metadata ?? {};
  return correlationOf(correlationId, traceparent, canary === true);
}

/** A detail with the correlation in it, for PutEvents. */
export function inDetail<Detail extends object>(
  detail: Detail,
  correlation: Correlation,
): Detail & { metadata: Correlation } {
  return { ...detail, metadata: correlation };
}

/** Message attributes that carry the correlation, for SNS and SQS. */
export function inAttributes({ correlationId, traceparent, canary }: Correlation) {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    correlationId: text(correlationId),
    ...(traceparent === undefined ? {} : { traceparent: text(traceparent) }),
    ...(canary ? { canary: text('true') } : {}),
  };
}

function correlationOf(
  id: string | undefined,
  traceparent: string | undefined,
  canary: boolean,
): Correlation {
  return {
    correlationId: id ?? crypto.randomUUID(),
    canary,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
