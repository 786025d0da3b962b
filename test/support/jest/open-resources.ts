import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

/** Numbers of things that keep the process alive, by kind: servers, sockets, timers, child processes, threads. Idle connections of clients do not. */
export type OpenResources = ReadonlyMap<string, number>;

const EACH_MS = 10;

/** Threads that run. Node does not list them among its resources. */
const threads = new Set<Worker>();
process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});

export function openResources(): OpenResources {
  void [process.stdin, process.stdout, process.stderr]; // Node opens each when it is first used
  const kinds = Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return new Map([...[...kinds].map(([kind, all]) => [kind, all.length] as const), ['Worker', threads.size]]);
}

/**
 * The kinds of which more is open than before, each with the number.
 * @param withinMs the time for which it waits until nothing is; closing is no matter of one moment.
 */
export async function leftOpen(before: OpenResources, withinMs: number): Promise<readonly string[]> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const more = [...openResources()]
      .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
      .filter(([kind, count]) => count > 0 && kind !== 'Immediate');
    if (more.length === 0 || performance.now() > untilMs)
      return more.map(([kind, count]) => `${count} ${kind}`);
    await pause(EACH_MS);
  }
}
