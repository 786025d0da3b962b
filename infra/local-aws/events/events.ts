import { randomUUID } from 'node:crypto';
import { notHere, Refusal } from '../protocol/refusal.ts';
import { checkPattern, type Json, matches } from './event-pattern.ts';
import { inputFor, type Target } from './target-input.ts';

type Body = Readonly<Record<string, Json>>;

/** An entry of PutEvents, as it came. */
export interface EventEntry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number;
  readonly TraceHeader?: string;
}

/** Ports of EventBridge. */
export interface EventsOf {
  readonly region: string;
  readonly account: string;
  /** Delivers an event to a target; after a failure the target's dead-letter queue gets it. */
  deliver(target: Target, input: Json): Promise<void>;
}

/** EventBridge: buses, rules, and the deliveries of put events. */
export interface Events {
  call(operation: string, body: Body): Promise<Json>;
  /** Changes entries between PutEvents and the rules: how a fault between two systems is played. */
  intercept(change: (entries: readonly EventEntry[]) => readonly EventEntry[]): void;
}

interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly pattern: Body;
  readonly state: string;
  readonly description: string;
  readonly targets: Map<string, Target>;
}

const MOST_ENTRIES = 10;
const LARGEST_DETAIL_BYTES = 262_144;

/** Starts an EventBridge with the account's own bus. */
export function startEvents(of: EventsOf): Events {
  const buses = new Map<string, Map<string, Rule>>([['default', new Map()]]);
  let change = (entries: readonly EventEntry[]): readonly EventEntry[] => entries;
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    ...busOperations(buses, of),
    ...ruleOperations(buses, of),
    ...targetOperations(buses),
    PutEvents: (body) => {
      const entries = (body['Entries'] ?? []) as unknown as readonly EventEntry[];
      if (entries.length === 0 || entries.length > MOST_ENTRIES)
        throw new Refusal('ValidationException', `1 to ${MOST_ENTRIES} entries`);
      const ids = new Map<EventEntry, string>();
      const outcomes = entries.map((entry): Json => {
        const fault = faultOf(entry, buses);
        if (fault === undefined) ids.set(entry, randomUUID());
        return fault ?? { EventId: ids.get(entry) as string };
      });
      const failed = entries.length - ids.size;
      for (const entry of change([...ids.keys()])) {
        spread(entry, ids.get(entry) ?? randomUUID(), buses, of);
        ids.delete(entry); // one that is spread twice is two events
      }
      return { FailedEntryCount: failed, Entries: outcomes };
    },
    TestEventPattern: (body) => {
      const pattern = JSON.parse(String(body['EventPattern'])) as Json;
      checkPattern(pattern);
      return { Result: matches(pattern, JSON.parse(String(body['Event'])) as Json) };
    },
  };
  return {
    call: async (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('EventBridge', operation);
      return work(body);
    },
    intercept: (next) => {
      change = next;
    },
  };
}

function faultOf(entry: EventEntry, buses: Map<string, unknown>): Json | undefined {
  const fault = (ErrorCode: string, ErrorMessage: string): Json => ({ ErrorCode, ErrorMessage });
  if (!buses.has(busOf(entry.EventBusName)))
    return fault('InvalidArgument', `Event bus ${entry.EventBusName} does not exist.`);
  if (!entry.Source || !entry.DetailType || entry.Detail === undefined)
    return fault('InvalidArgument', 'Source, DetailType and Detail are needed.');
  if (Buffer.byteLength(entry.Detail) > LARGEST_DETAIL_BYTES)
    return fault('InvalidArgument', 'Total size of the entry is too large.');
  return isObject(entry.Detail) ? undefined : fault('MalformedDetail', 'Detail is malformed.');
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // that it is not JSON is the answer
  }
}

/** Delivers an event to the targets of every matching rule. */
function spread(
  entry: EventEntry,
  id: string,
  buses: Map<string, Map<string, Rule>>,
  { region, account, deliver }: EventsOf,
): void {
  const event: Json = {
    version: '0',
    id,
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account,
    time: new Date(entry.Time === undefined ? Date.now() : entry.Time * 1_000)
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(entry.Detail ?? '{}') as Json,
  };
  for (const rule of buses.get(busOf(entry.EventBusName))?.values() ?? []) {
    if (rule.state !== 'ENABLED' || !matches(rule.pattern, event)) continue;
    for (const target of rule.targets.values()) void deliver(target, inputFor(target, event));
  }
}

function busOperations(buses: Map<string, Map<string, Rule>>, of: EventsOf) {
  const arnOf = (name: string): string => `arn:aws:events:${of.region}:${of.account}:event-bus/${name}`;
  return {
    CreateEventBus: (body: Body): Json => {
      const name = String(body['Name']);
      if (buses.has(name))
        throw new Refusal('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      buses.set(name, new Map());
      return { EventBusArn: arnOf(name) };
    },
    DescribeEventBus: (body: Body): Json => {
      const name = busOf(body['Name']);
      rulesOf(buses, name);
      return { Name: name, Arn: arnOf(name) };
    },
  };
}

function ruleOperations(buses: Map<string, Map<string, Rule>>, of: EventsOf) {
  return {
    PutRule: (body: Body): Json => {
      const rules = rulesOf(buses, body['EventBusName']);
      const name = String(body['Name']);
      if (body['EventPattern'] === undefined) throw notHere('EventBridge', 'PutRule with a schedule');
      const pattern = JSON.parse(String(body['EventPattern'])) as Json;
      checkPattern(pattern);
      const arn = `arn:aws:events:${of.region}:${of.account}:rule/${busOf(body['EventBusName'])}/${name}`;
      const targets = rules.get(name)?.targets ?? new Map<string, Target>();
      rules.set(name, {
        name,
        arn,
        pattern,
        targets,
        state: String(body['State'] ?? 'ENABLED'),
        description: String(body['Description'] ?? ''),
      });
      return { RuleArn: arn };
    },
    DescribeRule: (body: Body): Json => viewOf(ruleOf(buses, body, 'Name')),
    ListRules: (body: Body): Json => {
      const prefix = String(body['NamePrefix'] ?? '');
      return {
        Rules: [...rulesOf(buses, body['EventBusName']).values()]
          .filter(({ name }) => name.startsWith(prefix))
          .map(viewOf),
      };
    },
    EnableRule: (body: Body): Json => setState(buses, body, 'ENABLED'),
    DisableRule: (body: Body): Json => setState(buses, body, 'DISABLED'),
    DeleteRule: (body: Body): Json => {
      const rules = rulesOf(buses, body['EventBusName']);
      const rule = rules.get(String(body['Name']));
      if (rule !== undefined && rule.targets.size > 0)
        throw new Refusal('ValidationException', "Rule can't be deleted since it has targets.");
      rules.delete(String(body['Name']));
      return {};
    },
  };
}

function targetOperations(buses: Map<string, Map<string, Rule>>) {
  return {
    PutTargets: (body: Body): Json => {
      const { targets } = ruleOf(buses, body, 'Rule');
      for (const target of body['Targets'] as unknown as readonly Target[]) targets.set(target.Id, target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: (body: Body): Json => ({
      Targets: [...ruleOf(buses, body, 'Rule').targets.values()] as unknown as Json,
    }),
    RemoveTargets: (body: Body): Json => {
      const { targets } = ruleOf(buses, body, 'Rule');
      for (const id of body['Ids'] as readonly string[]) targets.delete(id);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  };
}

function setState(buses: Map<string, Map<string, Rule>>, body: Body, state: string): Json {
  const rule = ruleOf(buses, body, 'Name');
  rulesOf(buses, body['EventBusName']).set(rule.name, { ...rule, state });
  return {};
}

function viewOf({ name, arn, pattern, state, description }: Rule): Json {
  return {
    Name: name,
    Arn: arn,
    EventPattern: JSON.stringify(pattern),
    State: state,
    Description: description,
  };
}

function ruleOf(buses: Map<string, Map<string, Rule>>, body: Body, key: 'Name' | 'Rule'): Rule {
  const rule = rulesOf(buses, body['EventBusName']).get(String(body[key]));
  if (rule === undefined)
    throw new Refusal(
      'ResourceNotFoundException',
      `Rule ${String(body[key])} does not exist on EventBus ${busOf(body['EventBusName'])}.`,
    );
  return rule;
}

function rulesOf(buses: Map<string, Map<string, Rule>>, name: Json | undefined): Map<string, Rule> {
  const rules = buses.get(busOf(name));
  if (rules === undefined)
    throw new Refusal('ResourceNotFoundException', `Event bus ${busOf(name)} does not exist.`);
  return rules;
}

/** The name in a bus's ARN, the name itself, or the account's own bus. */
function busOf(nameOrArn: Json | undefined): string {
  return String(nameOrArn ?? 'default').replace(/^.*:event-bus\//, '');
}
