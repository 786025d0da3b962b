import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { functionNameOf, lambdaFunction } from '../../../core/aws/resources/function.ts';
import { isJsonMap, type Json, type JsonMap, jsonOrText } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { attributesOf, ownIdsBelow, withIds } from '../../../core/taps/propagation.ts';
import { INVOKE_PAYLOAD, limitFaults, QUEUED_PAYLOAD } from '../../aws/service-limits.ts';
import { addTraceHeader } from '../../aws/trace-header.ts';
import type { ActContext, Verb } from '../../kind.ts';
import { anyJson, closed, text } from '../../schema.ts';

const input = closed({
  function: text('Name or ARN of the Lambda function; a version or alias may follow'),
  body: Type.Optional(anyJson('The event it is called with; our ids are added to a map')),
  mode: Type.Optional(
    Type.Union([Type.Literal('wait'), Type.Literal('fireAndForget')], {
      description: 'wait (for its answer) or fireAndForget (Lambda queues the event); wait when left out',
    }),
  ),
});

export const invoke = {
  name: 'invoke',
  summary: 'calls a Lambda function',
  primaryInput: 'function',
  input,
  view: {
    status: { type: 'number', description: '200 when it answered, 202 when the event was queued' },
    body: { description: 'what it returned, parsed; null with fireAndForget' },
    error: {
      type: 'text',
      description: 'Handled or Unhandled, where the function failed; otherwise missing',
    },
    version: { type: 'text', description: 'the version that ran; an alias shows the one that it points to' },
    log: { type: 'text', description: 'the end of its log, where it was waited for' },
  },
  // Lambda answers 200 for a function that threw.
  defaultResponse: { status: { $atLeast: 200, $below: 300 }, error: { $exists: false } },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow(['body'], correlation),
  permissions: ({ function: name }) => [{ action: 'lambda:InvokeFunction', resource: name }],
  hop: ({ function: name }) => `function ${functionNameOf(name)}`,
  quotes: ['body', 'log'],
  example: `invoke: price-calculator
body:
  sku: CANARY-SKU-1
response:
  body:
    currency: EUR
`,
  faults: ({ function: name, body, mode = 'wait' }, { filled }) => {
    const limit = mode === 'wait' ? INVOKE_PAYLOAD : QUEUED_PAYLOAD;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return [
      ...addressFault(lambdaFunction, name),
      ...limitFaults(payload, limit, { key: 'body' }, { filled }),
    ];
  },
  act: async ({ function: name, body, mode = 'wait' }, context) => {
    const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
    const command = new InvokeCommand({
      FunctionName: name,
      Payload: Buffer.from(JSON.stringify(payloadOf(body, context))),
      ...(mode === 'wait'
        ? { InvocationType: 'RequestResponse', LogType: 'Tail', ...clientContext(context) }
        : { InvocationType: 'Event' }),
    });
    addTraceHeader(command, context);
    const { StatusCode, Payload, FunctionError, ExecutedVersion, LogResult } = await context
      .clientOf(LambdaClient, name)
      .send(command, { abortSignal: context.signal });
    const data: JsonMap = {
      status: StatusCode ?? 0,
      body: parsed(Payload),
      ...omitUndefined({ error: FunctionError, version: ExecutedVersion }),
      ...(LogResult === undefined ? {} : { log: Buffer.from(LogResult, 'base64').toString() }),
    };
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'invoke', id, takenAtMs: context.clock.nowMs(), data };
  },
} satisfies Verb<typeof input>;

function payloadOf(body: Json | undefined, context: ActContext): Json {
  const payload = body ?? {};
  return context.correlate && isJsonMap(payload) ? withIds(payload, context, context.correlation) : payload;
}

/** Lambda passes it to the function only if the caller waits (Lambda API, Invoke). */
function clientContext(context: ActContext): { readonly ClientContext?: string } {
  if (!context.correlate) return {};
  return { ClientContext: Buffer.from(JSON.stringify({ custom: attributesOf(context) })).toString('base64') };
}

function parsed(payload: Uint8Array | undefined): Json {
  const words = Buffer.from(payload ?? []).toString();
  return words === '' ? null : jsonOrText(words);
}
