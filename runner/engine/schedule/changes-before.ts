import { ObserverError, thrownMessage } from '../../core/base/errors.ts';
import { shortReason } from '../../core/base/format.ts';
import type { Json } from '../../core/base/json.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { type Changeable, changeableName, changeablesOf } from '../../core/compare/changeable.ts';
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
  readonly run: Pick<RunResult, 'runId' | 'startedAtMs' | 'definition'>;
}

/**
 * Changes in a period of the resources that a canary names and its own file; undefined if nothing can be read. Takes three seconds at
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
  const [own = []] = await Promise.all([
    reading(`canary ${of.canary.name}`, async () => ownChanges(of, engine)),
    mapWithConcurrency(AT_ONCE, all.slice(0, MOST_RESOURCES), readOne),
  ]);
  end();
  for (const one of all.slice(MOST_RESOURCES))
    unread.push({ resource: changeableName(one), why: `Only ${MOST_RESOURCES} resources are read.` });
  return keptOf(own, dated, unread, period);
}

/** As many changes and unread resources as an incident keeps, and the number of the others. */
function keptOf(
  own: readonly Change[],
  dated: readonly DatedChange[],
  unread: ChangesBefore['unread'],
  period: Period,
): ChangesBefore {
  const inPeriod = dated.filter(({ atMs }) => atMs >= period.fromMs && atMs <= period.toMs);
  const newestFirst = inPeriod.toSorted((a, b) => b.atMs - a.atMs);
  const omitted = {
    changes: Math.max(0, newestFirst.length - MOST_CHANGES),
    unread: Math.max(0, unread.length - MOST_UNREAD),
  };
  return {
    ...period,
    changes: [...own, ...newestFirst.slice(0, MOST_CHANGES)],
    unread: unread.slice(0, MOST_UNREAD),
    ...(omitted.changes + omitted.unread === 0 ? {} : { omitted }),
  };
}

/**
 * A change of the canary or of its environment since its last pass. Its moment is not known, so no period leaves it out.
 * @throws ObserverError if a definition is not known.
 */
async function ownChanges({ canary, run }: ChangesOf, { earlier }: Engine): Promise<readonly Change[]> {
  const green = await earlier?.lastGreen(canary.name);
  if (green?.definition === undefined || run.definition === undefined)
    throw new ObserverError('Its definition in the last pass is not kept.');
  if (green.definition === run.definition) return [];
  return [
    {
      resource: `canary ${canary.name}`,
      what: 'ran with other steps, values or another environment than in its last pass',
    },
  ];
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
