/**
 * Library for watched applications: one id follows a series of events through every hop, stands in each log line, and makes each effect happen
 * once. It has no dependency. `README.md` has a table of what carries the id.
 */

export { type SdkClient, traced } from './carriers/client.ts';
export { traceHeaders } from './carriers/headers.ts';
export type { ObjectReader } from './carriers/object.ts';
export { type EventRecord, payloadOf } from './carriers/records.ts';
export { type BatchResponse, forEachRecord, type TransformResponse } from './handlers/batch.ts';
export { type TraceOptions, trace, traceMiddleware, withTrace } from './handlers/handler.ts';
export { current, isCanary, runIn, type TraceContext } from './ids/context.ts';
export { type EventLogOptions, logFields, progress } from './ids/log.ts';
export {
  byKey,
  type ClaimsClient,
  InProgressError,
  type KeyedEffect,
  KeyReusedError,
  NotDoneError,
  type Once,
  type OnceOptions,
  type OnceSettings,
  onceIn,
  ParkedError,
  put,
  type TableEffect,
  type UnknownEffect,
  writes,
} from './once/index.ts';
