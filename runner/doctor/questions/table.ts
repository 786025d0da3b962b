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
import { tap } from './tap.ts';
import { topic } from './topic.ts';
import { traces } from './traces.ts';

/** Every question, by its key. */
export const QUESTIONS: ReadonlyMap<string, AnyQuestion> = new Map(
  [
    erase(bucket),
    erase(bus),
    erase(itemTable),
    erase(lambdaFunction),
    erase(leaseTable),
    erase(logGroup),
    erase(metric),
    erase(queue),
    erase(stateMachine),
    erase(tap),
    erase(topic),
    erase(traces),
  ].map((question) => [question.about, question]),
);
