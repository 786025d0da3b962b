import type { References } from '../expression/reference.ts';
import { fillSettled } from '../expression/resolve-references.ts';
import type { Environment, Project, TapDefinition } from '../model/project.ts';

/**
 * The taps of a project with their references filled in, before any run.
 * @throws the errors of the references, for a missing or unreadable value.
 */
export async function fillTaps(
  { taps }: Project,
  environment: Environment,
  references: References,
): Promise<readonly TapDefinition[]> {
  return Promise.all(
    taps.map(async (tap) => {
      const [[key, address]] = Object.entries(tap.on) as [[string, string]];
      const filled = String(await fillSettled(address, environment, references));
      return {
        ...tap,
        on: (key === 'bus' ? { bus: filled } : { topic: filled }) satisfies TapDefinition['on'],
      };
    }),
  );
}
