import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { referencesIn } from '../../core/expression/template.ts';
import { fieldsSeen } from '../../core/matching/fields-seen.ts';
import type { Asks, Watch } from '../../kinds/kind.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import { contextOf, inputOf, nounOf, type Run, unknownAmong } from '../context/run-context.ts';
import { notingWaits } from '../taps/shared-waits.ts';
import { type CheckStep, correlationOf } from './check-step.ts';

/** The watches that one run's checks need; none is open at first. */
export class Watches {
  readonly #run: Run;
  readonly #opened = new Map<CheckStep, Promise<Watch>>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Opens, before any act, all watches with a known address; returns the errors of those that failed. */
  async openKnown(): Promise<ReadonlyMap<CheckStep, unknown>> {
    const known = this.#run.request.canary.steps.filter(
      (step): step is CheckStep => step.mode !== 'act' && isKnown(step, this.#run),
    );
    if (known.length === 0) return NO_FAULTS;
    const settled = await raceAbort(Promise.allSettled(known.map((step) => this.of(step))), this.#run.signal);
    const faults = settled.flatMap((one, index) =>
      one.status === 'rejected' ? [[known[index] as CheckStep, one.reason as unknown] as const] : [],
    );
    return faults.length === 0 ? NO_FAULTS : new Map(faults);
  }

  /** The step's watch, opened now if it could not be earlier. */
  of(step: CheckStep): Promise<Watch> {
    const watch = this.#opened.get(step) ?? openOne(step, this.#run);
    this.#opened.set(step, watch);
    return watch;
  }

  /** The step's watch, opened anew by the values of now. */
  async reopen(step: CheckStep): Promise<Watch> {
    const before = await this.of(step);
    this.#opened.delete(step);
    await before.close();
    return this.of(step);
  }

  /** Closes them all, despite failures; one that does not close in time is abandoned. */
  async close(): Promise<void> {
    if (this.#opened.size === 0) return;
    const late = (): Error => new Error('not closed in time');
    const deadline = deadlineIn(CLEANUP_MS, undefined, this.#run.engine.clock, late);
    const closing = [...this.#opened.values()].map(async (watch) => (await watch).close());
    await raceAbort(Promise.allSettled(closing), deadline.signal).catch(() => {
      // one that neither opens nor closes must not keep the run from its end
    });
    deadline.end();
  }
}

const NO_FAULTS: ReadonlyMap<CheckStep, unknown> = new Map();

function isKnown(step: CheckStep, run: Run): boolean {
  return unknownAmong(referencesIn([step.input, step.correlate]), run.values).length === 0;
}

async function openOne(step: CheckStep, run: Run): Promise<Watch> {
  const noun = nounOf(step, run);
  const feeds = notingWaits(run.engine.feeds, run.waiting);
  const { inbox } = run;
  const own = { correlate: correlationOf(step, run), feeds, asks: asksOf(step), ...omitUndefined({ inbox }) };
  const context = contextOf(run, { purpose: 'observe', signal: run.signal }, own);
  return noun.open(await inputOf(step, noun, run), context);
}

function asksOf(step: CheckStep): Asks {
  const absence = step.mode !== 'expect' || step.count?.atMost !== undefined;
  return { absence, fields: fieldsSeen(step) };
}
