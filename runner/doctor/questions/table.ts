import type * as resources from '../../core/aws/resources/table.ts';
import { type AnyQuestion, erase } from '../question/question.ts';
import { bucket } from './bucket.ts';
import { bus } from './bus.ts';
import { lambdaFunction } from './function.ts';
import { itemTable } from './item-table.ts';
import { leaseTable } from './lease-table.ts';
import { logGroup } from './log-group.ts';
import { metric } from './metric.ts';
import { queue } from './queue.ts';
import { stateMachine } from './state-machine.ts';
import { stream } from './stream.ts';
import { tap } from './tap.ts';
import { topic } from './topic.ts';
import { traces } from './traces.ts';

/** The question about each resource that a step can name, by the key that names it. */
const OF_RESOURCES: Readonly<Record<keyof typeof resources, AnyQuestion>> = {
  bucket: erase(bucket),
  bus: erase(bus),
  function: erase(lambdaFunction),
  logGroup: erase(logGroup),
  queue: erase(queue),
  stateMachine: erase(stateMachine),
  stream: erase(stream),
  table: erase(itemTable),
  topic: erase(topic),
};

/** The questions about what no single key of a step names. */
const OTHERS: Readonly<Record<string, AnyQuestion>> = {
  leases: erase(leaseTable),
  metric: erase(metric),
  tap: erase(tap),
  traces: erase(traces),
};

/** Every question, by its key. */
export const QUESTIONS: ReadonlyMap<string, AnyQuestion> = new Map(
  Object.entries({ ...OF_RESOURCES, ...OTHERS }),
);
