import { isJsonMap, type Json, type JsonMap, looseJsonIn } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';

/** A line of a log as its fields. */
export interface LogRecord {
  /** The whole of it, as it was written. */
  readonly text: string;
  /** The text without the prefix that Lambda puts before it; for JSON its own `message`, if it has one. */
  readonly message: Json;
  /** The fields that could be read: those of the JSON, and the `level` and `requestId` of Lambda's prefix. */
  readonly fields: JsonMap;
  /** True if the text may have more content than the fields, so that a missing field may only be unread. */
  readonly partial: boolean;
}

/**
 * Lambda's text forms. Node.js and .NET write `time⇥request⇥LEVEL⇥text`, Python writes `[LEVEL]⇥time⇥request⇥text`, and
 * `[LEVEL] text` for an error that no handler caught (AWS Lambda developer guide, "Working with function logs").
 */
const PREFIXES: readonly RegExp[] = [
  /^\d{4}-\d\d-\d\dT[\d:.]+Z\t(?<requestId>[\w-]+)\t(?<level>[A-Za-z]+)\t(?<text>.*)$/s,
  /^\[(?<level>[A-Z]+)\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t(?<requestId>[\w-]+)\t(?<text>.*)$/s,
  /^\[(?<level>[A-Z]+)\] (?<text>.*)$/s,
];

/** Lines of the Lambda platform. They have no fields that a function could have written. */
const PLATFORM = /^(?:START|END|REPORT) RequestId: [\w-]+|^(?:INIT_START|INIT_REPORT|EXTENSION) /;

/** Places at which JSON is tried after a text; each costs a parse. */
const MOST_PLACES = 32;

/** Reads one event of a log: several records if single lines of it are JSON, otherwise one. */
export function recordsIn(event: string): readonly LogRecord[] {
  const whole = recordOf(event);
  if (!whole.partial) return [whole];
  const lines = event.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const records = lines.map(recordOf);
  return lines.length > 1 && records.some(({ partial }) => !partial) ? records : [whole];
}

function recordOf(line: string): LogRecord {
  const { level, requestId, text } = prefixOf(line);
  const from = {
    ...omitUndefined({ level, requestId }),
  };
  const found = jsonAtEnd(text);
  if (found === undefined) {
    return { text: line, message: text.trimEnd(), fields: from, partial: !PLATFORM.test(line) };
  }
  const { log: inner } = found.json;
  if (typeof inner === 'string') return unwrapped(line, recordOf(inner), { ...from, ...found.json });
  const { message = text.trim(), ...fields } = found.json;
  return {
    text: line,
    message,
    fields: { ...from, ...fields },
    partial: found.before !== '' && level === undefined,
  };
}

/** Docker and Fluent Bit wrap the line of a container: `{"log":"…","stream":"stderr"}`. */
function unwrapped(line: string, { message, fields, partial }: LogRecord, around: JsonMap): LogRecord {
  const { message: own = message, ...others } = around;
  const isPartial = partial && others['level'] === undefined;
  return { text: line, message: own, fields: { ...others, ...fields }, partial: isPartial };
}

interface LinePrefix {
  readonly level?: string;
  readonly requestId?: string;
  readonly text: string;
}

function prefixOf(line: string): LinePrefix {
  for (const prefix of PREFIXES) {
    const found = prefix.exec(line);
    if (found !== null) return found.groups as unknown as LinePrefix;
  }
  return { text: line };
}

/** The JSON object with which a text ends, and the words before it. */
function jsonAtEnd(text: string): { readonly json: JsonMap; readonly before: string } | undefined {
  if (!text.trimEnd().endsWith('}')) return undefined;
  let at = text.indexOf('{');
  for (let place = 0; at >= 0 && place < MOST_PLACES; place += 1) {
    const json = parsed(text.slice(at));
    if (json !== undefined) return { json, before: text.slice(0, at).trim() };
    at = text.indexOf('{', at + 1);
  }
  return undefined;
}

function parsed(text: string): JsonMap | undefined {
  const json = looseJsonIn(text);
  return isJsonMap(json) ? json : undefined;
}
