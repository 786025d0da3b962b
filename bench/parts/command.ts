import { join } from 'node:path';
import { againstFloor, floorFigures } from '../measure/against-floor.ts';
import { bundled } from '../measure/bundle.ts';
import { inTurn } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { measureNode, withFolder, withHttpServer } from '../measure/processes.ts';
import { COALMINE, namesOf, writeProject } from '../measure/project.ts';

const floor = 'bare undici loop';
const YOUNG = 'V8 lets its young generation grow while files are read, and keeps it';

/** `coalmine run` as people use it: it reads a file for each canary, prints each result and stores it. */
export const command = partOf({
  name: 'command',
  about: '`coalmine run` on a folder with a file for each canary, against a bare undici loop',
  figures: {
    ...floorFigures('many', {
      called: '`coalmine run`, 2000 files',
      floor,
      atMost: { Cpu: 2.5, Memory: 1.3 },
      missed: {
        Cpu: {
          cause:
            'a quarter reads and checks the files, and V8 takes another to optimize code that runs for a second',
          best: 4.15,
        },
        Memory: { cause: YOUNG, best: 1.74 },
      },
    }),
    ...floorFigures('some', {
      called: '`coalmine run`, 200 files',
      floor,
      atMost: { Cpu: 1.6 },
      missed: { Cpu: { cause: 'loading takes three times the CPU of undici alone', best: 3.07 } },
    }),
    ...floorFigures('few', { called: '`coalmine run`, 20 files', floor }),
    listed: {
      name: '`coalmine list`, 10,000 files: CPU',
      unit: 's',
      atMost: 2,
      missed: { cause: 'the yaml package has a third, and the checks another', best: 2.55 },
    },
    listedMemory: {
      name: '`coalmine list`, 10,000 files: peak memory',
      unit: 'MB',
      atMost: 150,
      missed: { cause: YOUNG, best: 304 },
    },
  },
  sizes: {
    full: { rounds: 7, many: 2_000, some: 200, few: 20, all: 10_000 },
    quick: { rounds: 3, many: 2_000, some: 200, few: 20, all: 10_000 },
    tiny: { rounds: 1, many: 4, some: 3, few: 2, all: 5 },
  },
  measure: async ({ rounds, many, some, few, all }) =>
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
        const cwd = join(folder, 'all');
        writeProject(cwd, { names: namesOf(all), url, everySeconds: 300 });
        const { list } = await inTurn(rounds, {
          list: async () => measureNode([COALMINE, 'list'], { cwd }),
        });
        return {
          listed: list.map(({ cpuMs }) => cpuMs / 1_000),
          listedMemory: list.map(({ peakKilobytes }) => peakKilobytes / 1_000),
          ...(await series('many', many)),
          ...(await series('some', some)),
          ...(await series('few', few)),
        };
      }),
    ),
});
