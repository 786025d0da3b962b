import { DefinitionError } from '../../core/base/errors.ts';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { isIdOf, type RunId, runIdsIn } from '../../core/base/run-id.ts';
import { credentialTextsIn, hasCredentials, secretNamesOf } from '../../core/expression/credentials.ts';
import { textsIn } from '../../core/expression/resolve-references.ts';
import { isShort, SHORTEST_SECRET } from '../../core/redaction/encodings.ts';
import { SHORTEST_NEEDLE } from '../../core/redaction/needles.ts';
import { MASK, type Redactor, secretsOf } from '../../core/redaction/redact.ts';
import type { Engine, RunRequest } from '../engine.ts';
import { usesInbox } from './uses-inbox.ts';

/** Secrets that a run learns from saved values and credentials. They end with the run. */
export interface RunSecrets {
  /** The engine of the run, whose redactor masks them too. */
  readonly engine: Engine;
  /** Masks a text that the run came to know. A short one is masked only next to its name, if it has one. */
  learn(text: string, name?: string): void;
  /** Learns the credentials in an input whose values are put in. */
  learnFrom(input: JsonMap): void;
  /** Registers a saved value, if its name marks a secret. */
  learnSaved(name: string, value: Json): LearnedValue;
}

/** A saved value, and what may be done with it. */
export interface LearnedValue {
  /** As it may be printed; absent if not even cleanup may use it, since it could not be masked. */
  readonly shown?: Json;
  /** Present if it is marked as a secret and too short: the step ends by this error. */
  readonly fault?: DefinitionError;
}

/** The secrets of a run, or undefined for a canary that can have none. */
export function secretsOfRun(
  { canary, environment }: Pick<RunRequest, 'canary' | 'environment'>,
  engine: Engine,
  runId: RunId,
): RunSecrets | undefined {
  if (!hasCredentials(canary) && !usesInbox({ canary, environment }, engine)) return undefined;
  const names = secretNamesOf(canary, environment.vars);
  const marked = new Set([...canary.steps, ...canary.cleanup].flatMap(({ secret = [] }) => secret));
  const own = secretsOf();
  // The id of the run is no secret, even if it is sent as a credential: checks search for it.
  const learn = (text: string, evenShort = false): void => {
    if (!runIdsIn(text).some((id) => isIdOf(id, runId))) own.learn(text, { evenShort });
  };
  return {
    engine: { ...engine, redactor: both(own.redactor, engine.redactor) },
    learn: (text, name) => {
      learn(text);
      if (name !== undefined && text.length < SHORTEST_SECRET) own.learnMember(name, text);
    },
    learnFrom: (input) => {
      for (const text of credentialTextsIn(input)) learn(text);
    },
    learnSaved: (name, value) => {
      if (!names.has(name)) return { shown: value };
      const texts = textsIn(value);
      const isFaulty = marked.has(name) && texts.some(isShort);
      // The run ends by a short secret, and only its cleanup is still reported.
      for (const text of texts) learn(text, isFaulty);
      if (!isFaulty) return { shown: MASK };
      const isMasked = texts.every((text) => text.length >= SHORTEST_NEEDLE);
      return { fault: tooShort(name), ...(isMasked ? { shown: MASK } : {}) };
    },
  };
}

function both(one: Redactor, other: Redactor): Redactor {
  return {
    text: (value) => other.text(one.text(value)),
    deep: (value) => other.deep(one.deep(value)),
  };
}

function tooShort(name: string): DefinitionError {
  return new DefinitionError(
    `The value saved as '${name}' is shorter than ${SHORTEST_SECRET} characters, too short to be masked as ${MASK}. ` +
      "Leave out 'secret: true', or save a longer one.",
  );
}
