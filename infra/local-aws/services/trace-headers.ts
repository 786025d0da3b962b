import type { Answer, Call } from './queues.ts';

/** Messages whose header is kept; the oldest are forgotten. */
const MOST_KEPT = 10_000;

interface SendRequest {
  readonly Id?: string;
  readonly MessageSystemAttributes?: { readonly AWSTraceHeader?: { readonly StringValue?: string } };
}

interface ReceiveRequest {
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
}

interface ReceivedMessage {
  readonly MessageId: string;
  readonly Attributes?: Readonly<Record<string, string>>;
}

interface QueueResponse {
  readonly MessageId?: string;
  readonly Successful?: readonly { readonly Id: string; readonly MessageId: string }[];
  readonly Messages?: readonly ReceivedMessage[];
}

/** Calls with the system attribute AWSTraceHeader, which fauxqs does not keep: by message id, which a redrive keeps. */
export function withTraceHeaders(call: Call): Call {
  const headers = new Map<string, string>();
  return async (operation, body) => {
    const answer = await call(operation, body);
    if (answer.status !== 200) return answer;
    if (operation === 'ReceiveMessage') return withHeaders(body, answer, headers);
    if (operation.startsWith('SendMessage')) keep(body, responseIn(answer), headers);
    return answer;
  };
}

/** Stores the headers of SendMessage or SendMessageBatch. */
function keep(
  body: object,
  { MessageId, Successful = [] }: QueueResponse,
  headers: Map<string, string>,
): void {
  const { Entries = [] } = body as { readonly Entries?: readonly SendRequest[] };
  for (const { Id, MessageSystemAttributes } of [body as SendRequest, ...Entries]) {
    const header = MessageSystemAttributes?.AWSTraceHeader?.StringValue;
    const id = Id === undefined ? MessageId : Successful.find((one) => one.Id === Id)?.MessageId;
    if (header !== undefined && id !== undefined) headers.set(id, header);
  }
  for (const id of headers.keys()) {
    if (headers.size <= MOST_KEPT) break;
    headers.delete(id);
  }
}

/** Adds it to the messages of a ReceiveMessage that requests it. */
function withHeaders(body: object, answer: Answer, headers: ReadonlyMap<string, string>): Answer {
  const { AttributeNames = [], MessageSystemAttributeNames = [] } = body as ReceiveRequest;
  const names = [...AttributeNames, ...MessageSystemAttributeNames];
  const { Messages = [], ...rest } = responseIn(answer);
  if (Messages.length === 0 || !names.some((name) => name === 'All' || name === 'AWSTraceHeader'))
    return answer;
  const traced = Messages.map((message) => {
    const AWSTraceHeader = headers.get(message.MessageId);
    return AWSTraceHeader === undefined
      ? message
      : { ...message, Attributes: { ...message.Attributes, AWSTraceHeader } };
  });
  return { ...answer, body: JSON.stringify({ ...rest, Messages: traced }) };
}

function responseIn({ body }: Answer): QueueResponse {
  return JSON.parse(String(body)) as QueueResponse;
}
