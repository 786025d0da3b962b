import { ObserverError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { correlationIdOf, setupIdOf } from '../../core/base/run-id.ts';
import type { ActContext } from '../kind.ts';

/** The condition that an item carries no id, or one of this run. An item that a run has written carries the id of that run, or of its setup. */
export function unlessAnothers({ runId }: Pick<ActContext, 'runId'>) {
  return {
    ConditionExpression:
      'attribute_not_exists(correlationId) OR correlationId = :own OR correlationId = :setup',
    ExpressionAttributeValues: {
      ':own': { S: correlationIdOf(runId) },
      ':setup': { S: correlationIdOf(setupIdOf(runId)) },
    },
  };
}

/** True for the id of an item that {@link unlessAnothers} leaves alone. */
export function isAnothers(correlationId: Json | undefined, { runId }: Pick<ActContext, 'runId'>): boolean {
  const own: readonly Json[] = [correlationIdOf(runId), correlationIdOf(setupIdOf(runId))];
  return correlationId !== undefined && !own.includes(correlationId);
}

/** True for the error of a condition that does not hold. */
export function isConditionFalse(thrown: unknown): thrown is Error {
  return Error.isError(thrown) && thrown.name === 'ConditionalCheckFailedException';
}

/** The error of a sweep that met an item of another run. */
export function anothers(table: string, cause: unknown): Error {
  return new ObserverError(
    `The item in table ${table} carries the id of something else, so it was left alone. Whose is it?`,
    { cause, permanent: true },
  );
}
