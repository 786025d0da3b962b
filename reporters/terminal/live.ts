import { createLogUpdate } from 'log-update';
import { sayDuration } from '../../runner/core/duration.ts';
import type { Progress } from '../../runner/core/progress.ts';
import type { Paint } from './paint.ts';
import { clean } from './say-check.ts';

/** What is under way, shown below what is printed and kept fresh. */
export interface Live {
  progress(progress: Progress): void;
  /** Takes the display away while something is printed. */
  around(print: () => void): void;
  stop(): void;
}

interface Waiting {
  readonly canary: string;
  readonly name: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  lastSeen: string;
}

const FRESH_MS = 120;
const MOST_SHOWN = 12;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows, on a terminal, what is awaited, how long of how long, and what was last seen. */
export function liveDisplay(stream: NodeJS.WriteStream, paint: Paint): Live {
  const log = createLogUpdate(stream);
  const picture = pictureOf(paint);
  const timer = setInterval(() => log(picture.frame()), FRESH_MS);
  return {
    progress: picture.progress,
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

/** What the display shows, by what it was told. */
export function pictureOf(paint: Paint): { progress(progress: Progress): void; frame(): string } {
  const waiting = new Map<string, Waiting>();
  let frame = 0;
  return {
    progress: (progress) => follow(progress, waiting),
    frame: () => {
      frame += 1;
      const mark = FRAMES[frame % FRAMES.length] as string;
      const shown = [...waiting.values()].slice(0, MOST_SHOWN).map((one) => line(one, mark, paint));
      const hidden = waiting.size - shown.length;
      return [...shown, ...(hidden > 0 ? [`  and ${hidden} more`] : [])].join('\n');
    },
  };
}

function follow(progress: Progress, waiting: Map<string, Waiting>): void {
  if (progress.type === 'step-started') {
    const { canary, step, atMs, deadlineAtMs } = progress;
    waiting.set(`${progress.runId}/${step.id}`, {
      canary,
      name: step.name,
      sinceMs: atMs,
      untilMs: deadlineAtMs,
      lastSeen: '',
    });
  }
  if (progress.type === 'step-looked') {
    const found = waiting.get(`${progress.runId}/${progress.stepId}`);
    if (found !== undefined) found.lastSeen = progress.lastSeen;
  }
  if (progress.type === 'step-ended') waiting.delete(`${progress.runId}/${progress.step.stepId}`);
}

function line({ canary, name, sinceMs, untilMs, lastSeen }: Waiting, mark: string, paint: Paint): string {
  const elapsed = sayDuration(Math.max(0, performance.timeOrigin + performance.now() - sinceMs));
  const seen = lastSeen === '' ? '' : ` · ${clean(lastSeen)}`;
  return `  ${mark} ${clean(canary)}  ${clean(name)}  ${paint('skipped', `${elapsed} of at most ${sayDuration(untilMs - sinceMs)}${seen}`)}`;
}
