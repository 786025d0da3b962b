import type { ScheduleFault } from './cron-fields.ts';

/** A stretch of time without a clock change in a zone: from `startMs` to before `endMs`, epoch milliseconds. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  /** Local time less UTC. */
  readonly offsetMs: number;
}

/** A clock change of a zone, and the offset after it. */
interface Change {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** A known period: the offset at its start, and the changes after that, up to its end. */
interface Piece {
  readonly offsetMs: number;
  readonly changes: readonly Change[];
}

interface Zone {
  readonly clock: Intl.DateTimeFormat;
  readonly pieces: Map<number, Piece>;
}

const SECOND_MS = 1_000;
const STEP_MS = 4 * 86_400_000; // since 1970 no zone changed its clocks twice within seven days
const PIECE_MS = 8 * STEP_MS;

/** The fault of a timezone; undefined if it is known. */
export function timezoneFault(timezone: string): ScheduleFault | undefined {
  if (timezone === 'UTC' || (timezone.includes('/') && isZone(timezone))) return undefined;
  return {
    message: `'${timezone}' is not an IANA timezone`,
    hint: 'write one such as Europe/Berlin, or UTC',
  };
}

/** The stretches of a known timezone between two moments: in order, without a hole, at least one. */
export function stretchesOf(timezone: string, fromMs: number, untilMs: number): readonly Stretch[] {
  const zone = zoneOf(timezone);
  const changes = changesIn(zone, fromMs, untilMs);
  const starts = [{ atMs: fromMs, offsetMs: offsetAt(zone, fromMs) }, ...changes];
  return starts.map(({ atMs, offsetMs }, index) => ({
    startMs: atMs,
    endMs: changes[index]?.atMs ?? untilMs,
    offsetMs,
  }));
}

/** Local time less UTC at a moment in a known timezone. */
export function offsetMsAt(timezone: string, atMs: number): number {
  return offsetAt(zoneOf(timezone), atMs);
}

/** Intl is called for every few days of the period, and its answers are cached: each takes two microseconds. */
const zones = new Map<string, Zone>();

function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const zone = { clock, pieces: new Map<number, Piece>() };
  zones.set(timezone, zone);
  return zone;
}

/** The changes after one moment and before another. */
function changesIn(zone: Zone, fromMs: number, untilMs: number): readonly Change[] {
  const found: Change[] = [];
  for (let index = Math.floor(fromMs / PIECE_MS); index * PIECE_MS < untilMs; index += 1) {
    for (const change of pieceOf(zone, index).changes) {
      if (change.atMs > fromMs && change.atMs < untilMs) found.push(change);
    }
  }
  return found;
}

function offsetAt(zone: Zone, atMs: number): number {
  const { offsetMs, changes } = pieceOf(zone, Math.floor(atMs / PIECE_MS));
  return changes.findLast((change) => change.atMs <= atMs)?.offsetMs ?? offsetMs;
}

function pieceOf(zone: Zone, index: number): Piece {
  const known = zone.pieces.get(index);
  if (known !== undefined) return known;
  const changes: Change[] = [];
  const startMs = index * PIECE_MS;
  const first = readOffset(zone, startMs);
  let offsetMs = first;
  for (let stepMs = startMs; stepMs < startMs + PIECE_MS; stepMs += STEP_MS) {
    const nextMs = readOffset(zone, stepMs + STEP_MS);
    if (nextMs !== offsetMs) changes.push({ atMs: changeAfter(zone, stepMs, offsetMs), offsetMs: nextMs });
    offsetMs = nextMs;
  }
  const piece = { offsetMs: first, changes };
  zone.pieces.set(index, piece);
  return piece;
}

/** The second at which, within a step from then, the offset is no longer the given one. */
function changeAfter(zone: Zone, stepMs: number, offsetMs: number): number {
  let low = 0;
  let high = STEP_MS / SECOND_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readOffset(zone, stepMs + middle * SECOND_MS) === offsetMs) low = middle;
    else high = middle;
  }
  return stepMs + high * SECOND_MS;
}

/** The offset of a zone from UTC; for whole seconds. */
function readOffset({ clock }: Zone, atMs: number): number {
  const [month, day, year, hour, minute, second] = (clock.format(atMs).match(/\d+/g) as string[]).map(Number);
  return Date.UTC(year as number, (month as number) - 1, day, hour, minute, second) - atMs;
}

function isZone(timezone: string): boolean {
  try {
    zoneOf(timezone);
    return true;
  } catch {
    return false; // Intl throws for an unknown zone; that is the answer
  }
}
