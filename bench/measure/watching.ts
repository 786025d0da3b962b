import { join } from 'node:path';
import { startNode, withFolder, withHttpServer } from './processes.ts';
import { COALMINE, type ProjectOf, writeProject } from './project.ts';

/** A running `coalmine watch`, and the system that it watches. */
export interface Watching {
  readonly pid: number;
  /** The moments at which requests came since this was called last, in epoch milliseconds; waits until there are so many. */
  arrivals(least: number): Promise<readonly number[]>;
}

/** Does some work while `coalmine watch` runs a fleet of one HTTP check a canary. */
export async function whileWatching<T>(
  fleet: Required<Pick<ProjectOf, 'names' | 'everySeconds'>>,
  work: (watching: Watching) => Promise<T>,
): Promise<T> {
  return withFolder(async (cwd) =>
    withHttpServer(async (url) => {
      writeProject(cwd, { ...fleet, url });
      const argv = [COALMINE, 'watch', '--state', join(cwd, 'state.sqlite')];
      const child = startNode(argv, ['ignore', 'ignore', 'pipe'], { cwd });
      let output = '';
      child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      child.once('close', () => end());
      const early = ended.then(() => Promise.reject(new Error(`coalmine watch ended by itself:\n${output}`)));
      const arrivals = async (least: number): Promise<readonly number[]> => {
        const came: number[] = [];
        for (;;) {
          came.push(...((await (await fetch(`${url}arrivals`)).json()) as readonly number[]));
          if (came.length >= least) return came;
          await seconds(0.1);
        }
      };
      try {
        return await Promise.race([work({ pid: child.pid as number, arrivals }), early]);
      } finally {
        early.catch(() => {
          // it was ended here
        });
        child.kill('SIGTERM');
        await ended;
      }
    }),
  );
}

export async function seconds(count: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
