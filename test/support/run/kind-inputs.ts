import type { StepInput } from '../../../runner/kinds/kind.ts';

/** An input of a step in which each key that `isGiven` admits holds its own name: `<queue>`. */
export function inputWith(isGiven: (key: string) => boolean): StepInput {
  return new Proxy({}, { get: (_, key) => (isGiven(String(key)) ? `<${String(key)}>` : undefined) });
}
