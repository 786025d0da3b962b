import { eventProbe } from '../adapters/event-probe.ts';
import { memoryJournal } from '../adapters/memory-journal.ts';
import { sqsTaps } from '../adapters/sqs-taps.ts';
import { tapControl } from '../adapters/tap-control.ts';
import type { Engine } from '../engine/engine.ts';
import { feedsOf } from '../engine/feeds.ts';
import { journalFeeds } from '../engine/journal-feeds.ts';
import type { Feeds } from '../kinds/kind.ts';
import * as nouns from '../kinds/nouns/table.ts';
import * as verbs from '../kinds/verbs/table.ts';
import { inputProblemBy } from '../load/input-problem.ts';
import type { Bundle } from './bundle.ts';
import { type Deployment, idleEngine } from './deployment.ts';

/** An engine that makes runs, and what ends the reading of queues until somebody watches one again. */
export interface WorkerEngine {
  readonly engine: Engine;
  rest(): Promise<void>;
}

/** Puts a worker's engine together. */
export function workerEngine(deployment: Deployment, { checks }: Pick<Bundle, 'checks'>): WorkerEngine {
  const { feeds, rest } = feedsFor(deployment);
  const engine: Engine = {
    ...idleEngine(deployment),
    verbs,
    nouns,
    feeds,
    inputFault: (kind, input) => {
      const check = checks[kind.name];
      return check === undefined ? undefined : inputProblemBy(check, kind, input);
    },
  };
  return { engine, rest };
}

/** Taps are heard through the journal that the witness function fills; queues of the watched system are read here. */
function feedsFor(deployment: Deployment): { readonly feeds: Feeds; rest(): Promise<void> } {
  const { settings, fleet, clients, own, clock, random, journal, store, taps } = deployment;
  const { project, environment } = fleet;
  const { correlation } = project;
  const probe = eventProbe({ clients: own, correlation, clock, random });
  const control = tapControl({ clients: own, taps: settings.taps, correlation, clock, random });
  const queues = feedsOf({
    taps: sqsTaps({ clients, project: project.name, environment: environment.name }),
    definitions: taps,
    journal: memoryJournal(),
    leases: store.leases,
    clock,
    probe,
    owner: settings.owner,
  });
  const feeds = journalFeeds({
    journal,
    clock,
    definitions: taps,
    control: async (on) => {
      const probed = (await taps()).some((tap) => tap.probe && tap.on === on);
      return probed && 'bus' in on ? probe(on.bus) : control(on);
    },
    openQueue: (address) => queues.open(address),
  });
  return { feeds, rest: () => queues.close() };
}
