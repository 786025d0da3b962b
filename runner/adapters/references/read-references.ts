import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { CanaryError, DefinitionError, ObserverError, StandstillError } from '../../core/base/errors.ts';
import type { ExternalName, ExternalValue, References } from '../../core/expression/reference.ts';
import { referenceFault } from '../../core/expression/reference-faults.ts';
import { keyOf } from '../../core/expression/resolve-references.ts';
import type { Project } from '../../core/model/project.ts';
import type { AwsClients } from '../aws/clients.ts';
import { sortOwnFault } from '../aws/errors.ts';
import { envReferences } from './env.ts';
import type { Source, SourceScheme, Sources } from './source.ts';

export interface ReferencesOf {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The environment variables that may be read, and those that are secrets. */
  readonly project: Pick<Project, 'env' | 'secrets'>;
  readonly sources: Sources;
  readonly clients: AwsClients;
  readonly clock: Clock;
  /** Time limit for AWS, its retries included. @default 10 s, a hundred times the usual time */
  readonly longestReadMs?: number;
}

/** A value that was read is used again for this time. In milliseconds. */
export const KEPT_MS = 5 * 60_000;

/**
 * Values from the environment, Parameter Store, Secrets Manager and CloudFormation. A value is cached for five minutes, and concurrent
 * reads share a call; a failure is not cached.
 */
export function referencesOf(of: ReferencesOf): References {
  const { clock } = of;
  const ofEnv = envReferences(of.env, of.project);
  const kept = new Map<string, CachedRead>();
  const holderFor = (source: Source, { scheme, name }: SourceName, fresh: boolean): CachedRead['find'] => {
    const key = `${scheme}:${source.holderOf(name)}`;
    forgetOld(kept, clock.nowMs() - KEPT_MS);
    const known = fresh ? undefined : kept.get(key);
    if (known !== undefined) return known.find;
    const find = readHolder(source, name, of);
    kept.set(key, { find, readAtMs: clock.nowMs() });
    void find.catch(() => {
      if (kept.get(key)?.find === find) kept.delete(key);
    });
    return find;
  };
  return {
    read: async (reference, { fresh = false, previous = false } = {}) => {
      const fault = referenceFault(reference);
      if (fault !== undefined) throw new DefinitionError(`${fault.message}: ${fault.hint}.`);
      if (!isOfSource(reference)) return ofEnv.read(reference);
      const source = of.sources[reference.scheme];
      if (source === undefined)
        throw new DefinitionError(`This build reads no \${${keyOf(reference)}}. Build it again.`);
      try {
        const find = await (previous
          ? readHolder(source, reference.name, of, previous)
          : holderFor(source, reference, fresh));
        return checked(find(reference.name));
      } catch (thrown) {
        throw readFault(thrown, source, reference);
      }
    },
  };
}

interface CachedRead {
  readonly find: ReturnType<Source['read']>;
  readonly readAtMs: number;
}

type SourceName = ExternalName & { readonly scheme: SourceScheme };

function isOfSource(reference: ExternalName): reference is SourceName {
  return reference.scheme !== 'env';
}

function forgetOld(kept: Map<string, CachedRead>, beforeMs: number): void {
  for (const [key, { readAtMs }] of kept) if (readAtMs <= beforeMs) kept.delete(key);
}

async function readHolder(
  source: Source,
  name: string,
  { clients, clock, longestReadMs = 10_000 }: ReferencesOf,
  previous = false,
): ReturnType<Source['read']> {
  const signal = AbortSignal.timeout(longestReadMs);
  const startedAtMs = clock.nowMs();
  try {
    return await source.read(source.holderOf(name), { clients, signal, previous });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    const words = `AWS did not answer within ${formatDuration(longestReadMs)}.`;
    const stoodStillMs = clock.stoodStillMs(startedAtMs);
    if (stoodStillMs > 0) throw new StandstillError(stoodStillMs, words, { cause: thrown });
    throw new ObserverError(words, { cause: thrown });
  }
}

function checked(found: ExternalValue): ExternalValue {
  if (found.value !== '') return found;
  throw new DefinitionError('It is empty. Give it a value.');
}

/** The error of a read, with the reference's name, since AWS often omits it. */
function readFault(thrown: unknown, source: Source, reference: SourceName): unknown {
  const lead = `\${${keyOf(reference)}} could not be read.`;
  if (Error.isError(thrown) && source.absent.includes(thrown.name)) {
    return new DefinitionError(`${lead} ${source.formatAbsent(source.holderOf(reference.name))}`, {
      cause: thrown,
    });
  }
  const fault = sortOwnFault(thrown);
  if (!(fault instanceof CanaryError) || fault instanceof StandstillError) return fault;
  const message = `${lead} ${fault.message}`;
  return fault instanceof ObserverError
    ? new ObserverError(message, { cause: thrown, permanent: fault.permanent })
    : new DefinitionError(message, { cause: thrown });
}
