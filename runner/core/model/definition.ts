import { createHash } from 'node:crypto';
import type { Canary } from './canary.ts';
import type { Environment } from './project.ts';

/**
 * A digest of what a canary does and where: its steps, its values, and the environment. Two runs with the same digest act on the same
 * things, as far as the files say. Name, schedule, alerts and the place in the file make no difference.
 */
export function definitionOf({ steps, vars }: Canary, environment: Environment, account: string): string {
  const told = steps.map((step) => ({ ...step, at: undefined, name: undefined }));
  const text = JSON.stringify([told, vars, environment, account]);
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}

const DIGITS = 16;
