import type { App } from '../compose-app.ts';
import { formatDuration } from '../core/base/duration.ts';
import { randomHex } from '../core/base/run-id.ts';
import type { CleanupEntry, CleanupList, OwnerProcess } from '../core/cleanup/pending-cleanups.ts';
import { writtenName } from '../core/expression/template.ts';
import type { Environment, Project } from '../core/model/project.ts';
import { mayHaveLeft, type SweepResult, sweepEntry } from '../engine/cleanup/sweep.ts';
import type { SweptStep } from '../engine/cleanup/sweep-step.ts';

/** Context of a command's sweeps. */
export interface SweepsWith {
  readonly application: App;
  readonly list: CleanupList;
  readonly project: Project;
  readonly environment: Environment;
  /** Owner of the sweep: the process, as settings name it. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/** Most entries that a command reads; the rest is left to the next one. */
const MOST = 1_000;

/** All entries: of runs that are certainly over, of runs that were made with `--keep`, and of runs that may be under way. */
export async function pendingCleanups(
  list: CleanupList,
  nowMs: number,
  who: OwnerProcess,
): Promise<Readonly<Record<'over' | 'kept' | 'underWay', readonly CleanupEntry[]>>> {
  const found = await list.due({ byMs: Number.MAX_SAFE_INTEGER, most: MOST });
  const isOver = (entry: CleanupEntry): boolean => {
    const { dueAtMs, heldUntilMs = 0, tries, late = false } = entry;
    const isFree = heldUntilMs <= nowMs && !(late && tries === 0);
    return dueAtMs <= nowMs || (isFree && (tries > 0 || hasDied(entry, who)));
  };
  const kept = found.filter((entry) => entry.kept === true);
  const all = found.filter((entry) => entry.kept !== true);
  return { kept, over: all.filter(isOver), underWay: all.filter((entry) => !isOver(entry)) };
}

/** Sweeps entries one after another, by command. An entry in progress elsewhere is left out. */
export async function sweepAll(
  entries: readonly CleanupEntry[],
  { application, ...of }: SweepsWith,
): Promise<readonly SweepResult[]> {
  const { engine } = application;
  const writer = `${of.owner} ${randomHex(engine.random, 8)}`;
  const swept: SweepResult[] = [];
  for (const entry of entries) {
    if (of.signal.aborted) break;
    const one = await sweepEntry(entry, { ...of, engine, writer, byHand: true });
    if (one !== undefined) swept.push(one);
  }
  return swept;
}

/** True if a resource is left, or may be, that needs manual cleanup. */
export function isLeft(swept: SweepResult): boolean {
  return !swept.clean || mayHaveLeft(swept);
}

export function formatSwept(swept: SweepResult, nowMs: number): string {
  const { entry, steps, reason } = swept;
  const head = `${isLeft(swept) ? '✗' : '✓'} ${formatRunOf(entry, nowMs)}`;
  // If not even the first step could begin, only the reason is known.
  const whole = steps.length === 0 && reason !== undefined ? [`    ${reason}`] : [];
  return [head, ...steps.map(formatStep), ...whole].join('\n');
}

/** A pending cleanup as text. */
export function formatEntry(entry: CleanupEntry, nowMs: number): string {
  const { steps, saves, tries, reason } = entry;
  const known = Object.entries(saves).map(
    ([name, value]) => `${writtenName(name)} = ${JSON.stringify(value)}`,
  );
  return [
    formatRunOf(entry, nowMs),
    ...steps.map(({ name, kind }) => `    ${name} (${kind})`),
    ...(known.length === 0 ? [] : [`    with ${known.join(', ')}`]),
    ...(tries === 0 ? [] : [`    tried ${tries === 1 ? 'once' : `${tries} times`}: ${reason}`]),
  ].join('\n');
}

function formatRunOf({ canary, runId, startedAtMs }: CleanupEntry, nowMs: number): string {
  return `${canary}   run ${runId}, begun ${formatDuration(Math.max(0, nowMs - startedAtMs))} ago`;
}

function formatStep({ result: { name, reason }, fate }: SweptStep): string {
  const mark = { done: '✓', nothing: '-', unnamed: '?', failed: '✗', refused: '✗' }[fate];
  return `    ${mark} ${name}${reason === '' ? '' : `   ${reason}`}`;
}

/**
 * True if the process that made a run surely does not exist any more. It was one of this user on this host, and no process has
 * its number now. Of another host's nothing is known.
 */
function hasDied({ owner }: CleanupEntry, { user, host }: OwnerProcess): boolean {
  if (owner.user !== user || owner.host !== host) return false;
  try {
    process.kill(owner.pid, 0); // sends nothing
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
