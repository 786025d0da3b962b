import { endOfGrain, ServiceClock } from '../../core/aws/service-clock.ts';
import { runIdsIn } from '../../core/base/run-id.ts';
import { holdsSpelledWord } from '../../core/matching/whole-word.ts';
import type { WatchContext } from '../kind.ts';
import type { ReadLimit } from '../read-limit.ts';
import type { OpenedRecord } from './record-content.ts';
import type { StreamRecord } from './shard.ts';

const MOST_BYTES = 50_000_000;
/** Bounds of the records that one watch keeps. */
export const RECORDS_READ: ReadLimit = {
  most: 10_000,
  unit: `records that would be selected, or ${MOST_BYTES / 1_000_000} MB of them`,
};

/** The moments that date a record. */
type Arrived = Pick<StreamRecord, 'arrivedAtMs' | 'receivedAtMs'>;
/** A record that a watch keeps. */
type Kept = Arrived & Pick<StreamRecord, 'id'> & OpenedRecord;
export type Dated = Kept & { readonly happenedAtMs: number };

/** The records that may carry the id unseen, and the reason of the first. */
export interface Unsearched {
  readonly count: number;
  readonly why: string;
}

/** The records of a watch from a moment on. */
interface FoundSince {
  readonly counted: readonly Dated[];
  /** Those of ours from before it. */
  readonly early: readonly Dated[];
  /** Number of all others. */
  readonly others: number;
  readonly unsearched: Unsearched;
}

/** The records that one watch was given. */
export class FoundRecords {
  readonly #context: WatchContext;
  readonly #dates = new ServiceClock();
  readonly #kept = new Map<string, Kept>();
  readonly #others = new Tally();
  readonly #unsearched = new Tally();
  #why = '';
  #bytes = 0;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /** True beyond {@link RECORDS_READ}: no more are kept. */
  get isFull(): boolean {
    return this.#kept.size > RECORDS_READ.most || this.#bytes > MOST_BYTES;
  }

  async take(records: readonly StreamRecord[]): Promise<void> {
    for (const record of records) {
      const { id, arrivedAtMs, answeredAtMs, receivedAtMs, size } = record;
      this.#dates.observe(arrivedAtMs, receivedAtMs);
      this.#dates.observe(answeredAtMs, receivedAtMs);
      const opened = await record.opened();
      if (!isSelected(opened, this.#context)) this.#addOther({ arrivedAtMs, receivedAtMs }, opened);
      else if (!this.isFull && !this.#kept.has(id)) {
        this.#kept.set(id, { ...opened, id, arrivedAtMs, receivedAtMs });
        this.#bytes += size;
      }
    }
  }

  #addOther(arrived: Arrived, { opaque }: OpenedRecord): void {
    this.#others.add(arrived);
    if (opaque === undefined) return;
    this.#unsearched.add(arrived);
    this.#why ||= opaque;
  }

  since(sinceMs: number): FoundSince {
    const isSince = (one: Arrived): boolean => this.#happenedAtMs(one) >= sinceMs;
    const all = [...this.#kept.values()].map((one) => ({ ...one, happenedAtMs: this.#happenedAtMs(one) }));
    return {
      counted: all.filter(({ happenedAtMs }) => happenedAtMs >= sinceMs),
      early: all.filter(({ happenedAtMs }) => happenedAtMs < sinceMs),
      others: this.#others.count(isSince),
      unsearched: { count: this.#unsearched.count(isSince), why: this.#why },
    };
  }

  #happenedAtMs({ arrivedAtMs, receivedAtMs }: Arrived): number {
    return this.#dates.latestMs(endOfGrain(arrivedAtMs), receivedAtMs);
  }
}

const MOST_DATED = 10_000;

/** Counts records of any number: the first {@link MOST_DATED} by their own moments, all after them by the newest of them. */
class Tally {
  readonly #dated: Arrived[] = [];
  readonly #more: { count: number; arrivedAtMs: number; receivedAtMs: number } = {
    count: 0,
    arrivedAtMs: 0,
    receivedAtMs: 0,
  };

  add({ arrivedAtMs, receivedAtMs }: Arrived): void {
    if (this.#dated.length < MOST_DATED) return void this.#dated.push({ arrivedAtMs, receivedAtMs });
    this.#more.count += 1;
    this.#more.arrivedAtMs = Math.max(this.#more.arrivedAtMs, arrivedAtMs);
    this.#more.receivedAtMs = Math.max(this.#more.receivedAtMs, receivedAtMs);
  }

  count(counts: (one: Arrived) => boolean): number {
    const { count } = this.#more;
    return this.#dated.filter(counts).length + (count > 0 && counts(this.#more) ? count : 0);
  }
}

function isSelected({ text }: OpenedRecord, { correlate, runId }: WatchContext): boolean {
  if (correlate === false) return true;
  return correlate === true ? runIdsIn(text).includes(runId) : holdsSpelledWord(text, correlate);
}
