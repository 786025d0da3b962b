import { current } from './context.ts';
import { parsed } from './parsed.ts';
import { traceIdOf } from './w3c.ts';

/** Names of fields that no log line shows, at any depth. */
const SECRET = /passw(or)?d|secret|token|cookie|authorization|credential|api[-_]?key/i;

/** Options of the line that each event gets. */
export interface EventLogOptions {
  /** Names of fields to leave out, at any depth, in any case. Passwords, tokens, cookies and keys are left out by themselves. */
  readonly redact?: readonly string[];
  /** The most characters of an event that are logged; 4,096 by default. A longer one is cut, and the line has `cut: true`. */
  readonly most?: number;
}

/**
 * The ids of the work at hand as fields of a log line. They serve as pino's `mixin`, as `persistentKeys` of a child logger of Powertools, and in
 * lines of one's own.
 */
export function logFields(): Readonly<Record<string, unknown>> {
  const context = current();
  if (context === undefined) return {};
  const { id, traceparent, canary, links } = context;
  return {
    correlationId: id,
    traceId: traceIdOf(traceparent),
    ...(canary ? { canary } : {}),
    ...(links.length === 0 ? {} : { links }),
  };
}

/** Logs that the work at hand has come to a step, as one line of JSON with the ids. A canary can expect it (`expect: log`). */
export function progress(step: string, fields: object = {}): void {
  logLine({ level: 'INFO', message: step, progress: step, ...logFields(), ...fields });
}

/** Logs an event's own part as one line. */
export function logEvent(payload: unknown, { redact = [], most = 4096 }: EventLogOptions): void {
  const hidden = new Set(redact.map((name) => name.toLowerCase()));
  const hide = (name: string, value: unknown): unknown =>
    hidden.has(name.toLowerCase()) || SECRET.test(name) ? '***' : parsed(value);
  const text = JSON.stringify(payload ?? null, hide);
  const isCut = text.length > most;
  logLine({
    level: 'INFO',
    message: 'event received',
    ...logFields(),
    event: isCut ? text.slice(0, most) : parsed(text),
    ...(isCut ? { cut: true } : {}),
  });
}

/** Logs that a message goes on without the id, since its carrier had no room for it. */
export function reportLoss(command: string, field: string): void {
  logWarning(`the correlation id has no room in ${field} of ${command}`);
}

export function logWarning(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  logLine({ level: 'WARN', message, ...logFields(), ...fields });
}

/** Logs an error of the work at hand. */
export function logError(thrown: unknown): void {
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  logLine({ level: 'ERROR', message, ...logFields() });
}

const METHODS = { INFO: 'log', WARN: 'warn', ERROR: 'error' } as const;

/** With Lambda's JSON format the runtime writes the object; else the line is JSON by itself. Fields that are no JSON are left out. */
function logLine(line: Readonly<Record<string, unknown>> & { readonly level: keyof typeof METHODS }): void {
  const write = console[METHODS[line.level]];
  if (process.env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON') return write(line);
  try {
    write(JSON.stringify(line));
  } catch {
    write(JSON.stringify({ level: line.level, message: line['message'], ...logFields() }));
  }
}
