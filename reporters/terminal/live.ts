import { createLogUpdate } from 'log-update';
import { formatDuration } from '../../runner/core/base/duration.ts';
import { visible } from '../../runner/core/base/format.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { Paint } from './paint.ts';
import { fit, widthOf } from './truncate.ts';

/** The events of pending steps. */
type Followed = Pick<Required<Reporter>, 'onStepStart' | 'onStepPoll' | 'onStepEnd'>;

/** Live display of pending steps, below the printed text. */
export interface Live extends Followed {
  /** Hides the display while something is printed. */
  around(print: () => void): void;
  stop(): void;
}

export interface Waiting {
  readonly canary: string;
  readonly name: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  lastSeen: string;
}

const FRESH_MS = 120;
const MOST_SHOWN = 12;
const LEAST_OF_NAMES = 12; // columns
const LEAST_OF_SEEN = 10; // columns
const UNKNOWN_COLUMNS = 80; // of a stream without that property
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows, on a terminal, the pending steps, with elapsed time, time limit and the newest poll. */
export function liveDisplay(stream: NodeJS.WriteStream, paint: Paint): Live {
  const log = createLogUpdate(stream);
  const { frame, ...followed } = pictureOf(paint);
  const timer = setInterval(() => log(frame(stream.columns)), FRESH_MS);
  return {
    ...followed,
    around: (print) => {
      log.clear();
      print();
    },
    stop: () => {
      clearInterval(timer);
      log.clear();
      log.done();
    },
  };
}

/** The content of the display for a number of columns, from the events. */
export function pictureOf(paint: Paint): Followed & { frame(columns?: number): string } {
  const waiting = new Map<string, Waiting>();
  let frame = 0;
  return {
    ...following(waiting),
    frame: (columns = UNKNOWN_COLUMNS) => {
      frame += 1;
      const mark = FRAMES[frame % FRAMES.length] as string;
      const nowMs = performance.timeOrigin + performance.now();
      return linesOf([...waiting.values()], { mark, nowMs, columns, paint }).join('\n');
    },
  };
}

function following(waiting: Map<string, Waiting>): Followed {
  return {
    onStepStart: ({ runId, canary, step, atMs, deadlineAtMs }) => {
      const { id, name } = step;
      waiting.set(`${runId}/${id}`, { canary, name, sinceMs: atMs, untilMs: deadlineAtMs, lastSeen: '' });
    },
    onStepPoll: ({ runId, stepId, lastSeen }) => {
      const found = waiting.get(`${runId}/${stepId}`);
      if (found !== undefined) found.lastSeen = lastSeen;
    },
    onStepEnd: ({ runId, step }) => void waiting.delete(`${runId}/${step.stepId}`),
  };
}

/** The moment and the terminal that lines are for. */
interface LiveView {
  readonly mark: string;
  readonly nowMs: number;
  readonly columns: number;
  readonly paint: Paint;
}

/** One line for each pending step, none wider than the terminal: the newest poll is truncated first, then the names. */
export function linesOf(waiting: readonly Waiting[], shown: LiveView): readonly string[] {
  const lines = waiting.slice(0, MOST_SHOWN).map((one) => line(one, shown));
  const hidden = waiting.length - lines.length;
  return hidden > 0 ? [...lines, fit(`  and ${hidden} more`, shown.columns)] : lines;
}

function line({ canary, name, sinceMs, untilMs, lastSeen }: Waiting, shown: LiveView): string {
  const { mark, nowMs, columns, paint } = shown;
  const time = `${formatDuration(Math.max(0, nowMs - sinceMs))} of at most ${formatDuration(untilMs - sinceMs)}`;
  const names = fit(
    `  ${mark} ${visible(canary)}  ${visible(name)}`,
    Math.max(columns - 2 - widthOf(time), LEAST_OF_NAMES),
  );
  const left = columns - widthOf(names) - 2;
  const isRoom = lastSeen !== '' && left - widthOf(time) >= LEAST_OF_SEEN;
  const rest = isRoom ? `${time} · ${visible(lastSeen)}` : time;
  return `${names}${left > 2 ? '  ' : ''}${paint('skipped', fit(rest, left))}`;
}
