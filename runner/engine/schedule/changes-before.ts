import { ObserverError, thrownMessage } from '../../core/base/errors.ts';
import { shortReason } from '../../core/base/format.ts';
import type { Json } from '../../core/base/json.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { type Changeable, changeableName, changeablesOf } from '../../core/compare/changeable.ts';
import { changesSincePass, type RanWith, type SincePass } from '../../core/compare/changes-since-pass.ts';
import { fill, isTemplate } from '../../core/expression/template.ts';
import { transitiveReferencesOf, Values } from '../../core/expression/values.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { Change, ChangesBefore, DatedChange } from '../../core/model/change.ts';
import type { Environment } from '../../core/model/project.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import type { Engine } from '../engine.ts';

/** Time for all reads: a notice waits for them. */
const READ_MS = 3_000;
const AT_ONCE = 8;
const MOST_RESOURCES = 20;
const MOST_CHANGES = 10;
const MOST_UNREAD = 5;

/** The period between a last pass and a first failure. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ChangesOf {
  readonly canary: Canary;
  readonly environment: Environment;
  /** The run that opens the incident. */
  readonly run: RanWith & Pick<RunResult, 'runId' | 'startedAtMs'>;
}

/**
 * Changes in a period of the resources that a canary names, of its own file, and of Coalmine; undefined if nothing can be read. Takes three seconds at
 * most, and never throws: a failed read makes its resource `unread`.
 */
export async function changesBefore(
  of: ChangesOf,
  period: Period,
  engine: Engine,
): Promise<ChangesBefore | undefined> {
  const { changes: read, clock, redactor } = engine;
  if (read === undefined) return undefined;
  const late = (): Error => new ObserverError('Its changes could not be read in time.');
  const { signal, end } = deadlineIn(READ_MS, undefined, clock, late);
  const dated: DatedChange[] = [];
  const unread: { readonly resource: string; readonly why: string }[] = [];
  const reading = async <T>(resource: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await raceAbort(work(), signal);
    } catch (thrown) {
      const why = shortReason(redactor.text(thrownMessage(engine.classifyAwsError(thrown))));
      unread.push({ resource, why });
      return undefined;
    }
  };
  const readOne = async (changeable: Changeable): Promise<void> => {
    const resource = changeableName(changeable);
    const answer = await reading(resource, async () => {
      const address = await filled(changeable.address, of, engine);
      if (isTemplate(address)) throw new ObserverError('Its name is known in a run only.');
      return read({ ...changeable, address }, { ...period, signal });
    });
    dated.push(...(answer?.changes ?? []));
    if (answer?.unread !== undefined) unread.push({ resource, why: answer.unread });
  };
  const all = changeablesOf(of.canary, of.environment);
  const [since] = await Promise.all([
    reading(`canary ${of.canary.name}`, async () => sinceLastPass(of, engine)),
    mapWithConcurrency(AT_ONCE, all.slice(0, MOST_RESOURCES), readOne),
  ]);
  end();
  for (const one of all.slice(MOST_RESOURCES))
    unread.push({ resource: changeableName(one), why: `Only ${MOST_RESOURCES} resources are read.` });
  unread.push(...(since?.unread ?? []));
  return keptOf(since?.changes ?? [], dated, unread, period);
}

/** Number of changes beyond those that an incident keeps. */
function omittedOf({ length }: readonly Change[]): number {
  return Math.max(0, length - MOST_CHANGES);
}

/** As many changes and unread resources as an incident keeps, and the number of the others. */
function keptOf(
  undated: readonly Change[],
  dated: readonly DatedChange[],
  unread: ChangesBefore['unread'],
  period: Period,
): ChangesBefore {
  const inPeriod = dated.filter(({ atMs }) => atMs >= period.fromMs && atMs <= period.toMs);
  const newestFirst = inPeriod.toSorted((a, b) => b.atMs - a.atMs);
  const omitted = {
    changes: omittedOf(newestFirst) + omittedOf(undated),
    unread: Math.max(0, unread.length - MOST_UNREAD),
  };
  return {
    ...period,
    changes: [...undated.slice(0, MOST_CHANGES), ...newestFirst.slice(0, MOST_CHANGES)],
    unread: unread.slice(0, MOST_UNREAD),
    ...(omitted.changes + omitted.unread === 0 ? {} : { omitted }),
  };
}

/**
 * Differences from the last pass. They have no moment, so no period leaves them out.
 * @throws ObserverError if the last pass is not kept.
 */
async function sinceLastPass({ canary, run }: ChangesOf, { earlier }: Engine): Promise<SincePass> {
  const pass = await earlier?.lastGreen(canary.name);
  if (pass === undefined) throw new ObserverError('Its last pass is not kept.');
  return changesSincePass(canary, run, pass);
}

/** An address with the values of the environment and of its references. */
async function filled(
  address: string,
  { canary, environment, run }: ChangesOf,
  engine: Engine,
): Promise<string> {
  const vars = { ...environment.vars, ...canary.vars };
  const externals = new Map<string, string>();
  for (const { name, external } of transitiveReferencesOf(address, vars))
    if (external !== undefined) externals.set(name, (await engine.references.read(external)).value);
  const { runId, startedAtMs } = run;
  const values = new Values({ runId, seed: runId, startedAtMs, canary, environment, externals });
  return String(
    fill(address, (mention): Json => (values.knows(mention) ? values.valueOf(mention) : mention.text)),
  );
}
