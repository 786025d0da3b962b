import { faultsOf } from './check.ts';
import { duplicatesIn } from './check-notices.ts';
import { recordsOf } from './check-slots.ts';
import { type EventLog, type FaultKind, faultsIn, only } from './event-log.ts';

/** Summary of one simulation: small enough to be passed between threads. */
export interface SimulationResult {
  readonly seed: number;
  /** Number of slots by final state. */
  readonly states: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly alarms: number;
  readonly messages: number;
  readonly repeated: number;
  /** The promises that it broke, in words. */
  readonly broken: readonly string[];
}

/** Summary of many simulations. */
export interface Tally {
  readonly simulations: number;
  readonly slots: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly states: ReadonlyMap<string, number>;
  readonly alarms: number;
  readonly messages: number;
  /** Repeated messages, and the number of crashes, sleeps, lost answers and the like that may each have caused one. */
  readonly repeated: number;
  readonly mayRepeat: number;
  /** Seeds that broke a promise. */
  readonly broken: readonly { readonly seed: number; readonly faults: readonly string[] }[];
}

export const NOTHING_YET: Tally = {
  simulations: 0,
  slots: 0,
  faults: new Map(),
  states: new Map(),
  alarms: 0,
  messages: 0,
  repeated: 0,
  mayRepeat: 0,
  broken: [],
};

export function simulationResult(log: EventLog): SimulationResult {
  const states = new Map<string, number>();
  for (const { state, count } of recordsOf(log).values()) states.set(state, (states.get(state) ?? 0) + count);
  const received = only(log, 'heard');
  return {
    seed: log.seed,
    states,
    faults: faultsIn(log),
    alarms: new Set(received.map(({ notice }) => notice.incident)).size,
    messages: received.length,
    repeated: duplicatesIn(log),
    broken: faultsOf(log),
  };
}

export function added(tally: Tally, { seed, broken, ...rest }: SimulationResult): Tally {
  const faults = summed(tally.faults, rest.faults);
  return {
    simulations: tally.simulations + 1,
    slots: [...rest.states.values()].reduce((sum, count) => sum + count, tally.slots),
    faults,
    states: summed(tally.states, rest.states),
    alarms: tally.alarms + rest.alarms,
    messages: tally.messages + rest.messages,
    repeated: tally.repeated + rest.repeated,
    mayRepeat: MAY_REPEAT.reduce((sum, kind) => sum + (faults.get(kind) ?? 0), 0),
    broken: broken.length === 0 ? tally.broken : [...tally.broken, { seed, faults: broken }],
  };
}

const MAY_REPEAT: readonly FaultKind[] = [
  'answer lost',
  'channel answer lost',
  'channel slow',
  'crash',
  'frozen',
  'standstill',
  'refused',
  'slow',
];

function summed<Key>(one: ReadonlyMap<Key, number>, other: ReadonlyMap<Key, number>): Map<Key, number> {
  const sums = new Map(one);
  for (const [key, count] of other) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

/** The promises, with counts. */
export function tableOf({ broken, ...tally }: Tally): string {
  const brokenBy = (pattern: RegExp): number =>
    broken.reduce((sum, { faults }) => sum + faults.filter((fault) => pattern.test(fault)).length, 0);
  const rows: readonly (readonly [string, string | number])[] = [
    ['simulations', tally.simulations],
    ['  broken', broken.length],
    ['slots', tally.slots],
    ...[...tally.states].map(([state, count]) => [`  ${state}`, count] as const),
    ['faults', [...tally.faults.values()].reduce((sum, count) => sum + count, 0)],
    ...[...tally.faults]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => [`  ${kind}`, count] as const),
    ['incidents told', tally.alarms],
    ['messages heard', tally.messages],
    ['lost slots or results', brokenBy(/^C(3|4|13|15)/)],
    ['final records changed', brokenBy(/^C1:/)],
    ['slots run twice', brokenBy(/^C2/)],
    ['lost notices', brokenBy(/^lost notice/)],
    ['repeated messages', `${tally.repeated} (bound ${tally.mayRepeat})`],
    ['without a cause', brokenBy(/^duplicate/)],
    ['false failures', brokenBy(/^false failure/)],
    ['answers not heard', brokenBy(/^unheard/)],
    ['false alarms', brokenBy(/^false (?!failure)/)],
    ['missed or late alarms', brokenBy(/^missed/)],
    ['untrue last words', brokenBy(/^the last word|^wrong belief/)],
    [
      'other promises broken',
      brokenBy(/^(?!C(1|2|3|4|13|15):|lost|duplicate|false|unheard|missed|the last|wrong)/),
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(22)} ${value}\n`).join('');
}
