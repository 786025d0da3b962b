import { secretPlacesIn } from '../../core/expression/written-secrets.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { isWritten, writtenSecret } from '../values/written-secret.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { placeOf } from '../yaml/tree.ts';

/** Context of the check of secrets. */
export interface SecretsOf {
  readonly canary: Canary;
  /** Each with the vars of the canary too. */
  readonly environments: readonly Environment[];
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** Reports secrets that are written out, in a step or in a var that it uses: every reader of the file would have them. */
export function checkSecrets({ canary, environments, kinds, place }: SecretsOf): void {
  for (const step of [...canary.steps, ...canary.cleanup]) {
    for (const { path, text } of secretPlacesIn(step.input)) {
      if (!environments.some((environment) => isWritten(text, environment))) continue;
      const { tree, report } = place(step);
      const [key = '', ...within] = path;
      const fault = writtenSecret(path.length === 1 ? 'the URL' : (path.at(-1) ?? ''));
      const head = step.mode === 'act' && key === kinds.verbs[step.kind]?.primaryInput ? step.kind : key;
      report.error(placeOf(tree, [head, ...within]).keyAt ?? headSpan(tree), {
        ...fault,
        hint: `${fault.hint}; one that is meant to be wrong, by a var: { $uuid: {} }`,
      });
    }
  }
}
