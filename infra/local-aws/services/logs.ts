import { randomUUID } from 'node:crypto';
import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** CloudWatch Logs: groups, and lines found by the terms of a filter pattern. */
export interface Logs {
  call(operation: string, body: Body): Promise<Json>;
  /** Writes a line as a function would: the group is made when it is not there. */
  write(group: string, message: string): void;
}

interface Line {
  readonly eventId: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

/** Starts it without groups. */
export function startLogs(): Logs {
  const groups = new Map<string, Line[]>();
  const groupOf = (body: Body): Line[] => {
    const name = String(body['logGroupName'] ?? body['logGroupIdentifier']).replace(/^arn:.*:log-group:/, '');
    const found = groups.get(name);
    if (found !== undefined) return found;
    throw new Refusal('ResourceNotFoundException', 'The specified log group does not exist.');
  };
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    CreateLogGroup: (body) => {
      const name = String(body['logGroupName']);
      if (groups.has(name))
        throw new Refusal('ResourceAlreadyExistsException', 'The specified log group already exists');
      groups.set(name, []);
      return {};
    },
    DescribeLogGroups: (body) => groupsFor(body, [...groups.keys()]),
    CreateLogStream: (body) => {
      groupOf(body);
      return {};
    },
    PutLogEvents: (body) => {
      const events = body['logEvents'] as unknown as readonly { timestamp: number; message: string }[];
      const stream = String(body['logStreamName']);
      groupOf(body).push(...events.map((event) => lineOf(stream, event.message, event.timestamp)));
      return {};
    },
    FilterLogEvents: (body) => {
      const wanted = matcherOf(String(body['filterPattern'] ?? ''));
      const from = Number(body['startTime'] ?? 0);
      const to = Number(body['endTime'] ?? Number.POSITIVE_INFINITY);
      const events = groupOf(body).filter(
        ({ timestamp, message }) => timestamp >= from && timestamp <= to && wanted(message),
      );
      return { events: events.map((line) => ({ ...line })), searchedLogStreams: [] };
    },
  };
  return {
    call: async (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('CloudWatch Logs', operation);
      return work(body);
    },
    write: (group, message) => {
      const lines = groups.get(group) ?? [];
      groups.set(group, lines);
      lines.push(lineOf('local', message, Date.now()));
    },
  };
}

function groupsFor({ logGroupNamePrefix = '' }: Body, names: readonly string[]): Json {
  const found = names.filter((name) => name.startsWith(String(logGroupNamePrefix)));
  return { logGroups: found.map((logGroupName) => ({ logGroupName, logGroupClass: 'STANDARD' })) };
}

function lineOf(logStreamName: string, message: string, timestamp: number): Line {
  return { eventId: randomUUID(), logStreamName, timestamp, ingestionTime: Date.now(), message };
}

/** `a "b c"`: both; `?a ?b`: one of them; `-a`: not that. Patterns of JSON fields and of columns are refused. */
function matcherOf(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern)) throw notHere('CloudWatch Logs', `filter patterns such as ${pattern}`);
  const terms = [...pattern.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign = '', quoted, bare]) => ({ sign, words: quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '' }),
  );
  const having = (sign: string): readonly string[] =>
    terms.filter((term) => term.sign === sign).map(({ words }) => words);
  const [all, some, none] = [having(''), having('?'), having('-')];
  return (message) =>
    all.every((words) => message.includes(words)) &&
    (some.length === 0 || some.some((words) => message.includes(words))) &&
    !none.some((words) => message.includes(words));
}
