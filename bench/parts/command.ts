import { join } from 'node:path';
import { againstFloor, floorFigures } from '../measure/against-floor.ts';
import { bundled } from '../measure/bundle.ts';
import { partOf } from '../measure/part.ts';
import { withFolder, withHttpServer } from '../measure/processes.ts';
import { COALMINE, namesOf, writeProject } from '../measure/project.ts';

const floor = 'bare undici loop';

/** `coalmine run` as people use it: it reads a file for each canary, prints each result and stores it. */
export const command = partOf({
  name: 'command',
  about: '`coalmine run` on a folder with a file for each canary, against a bare undici loop',
  figures: {
    ...floorFigures('many', {
      called: '`coalmine run`, 2000 files',
      floor,
      atMost: { Cpu: 2.5, Memory: 1.3 },
    }),
    ...floorFigures('some', { called: '`coalmine run`, 200 files', floor, atMost: { Cpu: 1.6 } }),
    ...floorFigures('few', { called: '`coalmine run`, 20 files', floor }),
  },
  sizes: {
    full: { rounds: 7, many: 2_000, some: 200, few: 20 },
    quick: { rounds: 3, many: 2_000, some: 200, few: 20 },
    tiny: { rounds: 1, many: 4, some: 3, few: 2 },
  },
  measure: async ({ rounds, many, some, few }) =>
    withFolder(async (folder) =>
      withHttpServer(async (url) => {
        const bare = await bundled('http-floor');
        const series = async <Series extends string>(name: Series, count: number) => {
          const cwd = join(folder, name);
          writeProject(cwd, { names: namesOf(count), url });
          return againstFloor(name, rounds, {
            ours: (round) => ({
              argv: [COALMINE, 'run', '--concurrency', '64', '--state', join(cwd, `state-${round}.sqlite`)],
              cwd,
            }),
            floor: { argv: [bare, url, String(count)] },
          });
        };
        return {
          ...(await series('many', many)),
          ...(await series('some', some)),
          ...(await series('few', few)),
        };
      }),
    ),
});
