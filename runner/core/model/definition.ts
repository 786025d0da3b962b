import { createHash } from 'node:crypto';
import type { Canary } from './canary.ts';
import type { Environment } from './project.ts';

/**
 * A digest of the steps, the values and the environment of a canary. Two runs with the same digest act on the same things, as far as the
 * files show. Name, schedule, alerts and the position in the file make no difference.
 */
export function definitionOf({ steps, vars }: Canary, environment: Environment, account: string): string {
  const comparable = steps.map((step) => ({ ...step, at: undefined, name: undefined }));
  const text = JSON.stringify([comparable, vars, environment, account]);
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}

const DIGITS = 16;
