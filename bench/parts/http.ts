import { againstFloor, floorFigures } from '../measure/against-floor.ts';
import { bundled } from '../measure/bundle.ts';
import { partOf } from '../measure/part.ts';
import { withHttpServer } from '../measure/processes.ts';

const floor = 'bare undici loop';
const atMost = { Cpu: 1.5, Time: 1.5, Memory: 1.5 };
const STARTING = 'loading the engine takes twice the CPU of undici alone';
const UNREPEATED = 'a request that must not be repeated has a connection of its own';
const SPREAD = 'the work of a check is spread over forty functions, and the collector has 8 % of it';

/** The engine in a process of its own, 64 checks at a time, each a canary of its own. The floor loads the same part of undici. */
export const http = partOf({
  name: 'http',
  about: 'the engine with HTTP checks, against a bare undici loop',
  figures: {
    ...floorFigures('many', {
      called: '2000 HTTP checks',
      floor,
      atMost,
      missed: { Cpu: { cause: STARTING, best: 2.03 }, Time: { cause: STARTING, best: 1.52 } },
    }),
    ...floorFigures('some', {
      called: '200 HTTP checks',
      floor,
      atMost: { Cpu: 1.2, Time: 1.2, Memory: 1.5 },
      missed: { Cpu: { cause: STARTING, best: 1.83 }, Time: { cause: STARTING, best: 1.67 } },
    }),
    ...floorFigures('few', { called: '20 HTTP checks', floor }),
    ...floorFigures('posts', {
      called: '2000 POSTs',
      floor,
      atMost,
      missed: {
        Cpu: { cause: UNREPEATED, best: 3.33 },
        Time: { cause: UNREPEATED, best: 2.92 },
        Memory: { cause: UNREPEATED, best: 1.51 },
      },
    }),
    ...floorFigures('loop', {
      called: '20,000 HTTP checks',
      floor,
      atMost: { Cpu: 2, Time: 2 },
      missed: { Cpu: { cause: SPREAD, best: 2.59 }, Time: { cause: SPREAD, best: 2.81 } },
    }),
  },
  sizes: {
    full: { rounds: 7, many: 2_000, some: 200, few: 20, posts: 2_000, loop: 20_000 },
    quick: { rounds: 3, many: 2_000, some: 200, few: 20, posts: 2_000, loop: 20_000 },
    tiny: { rounds: 1, many: 5, some: 4, few: 3, posts: 2, loop: 6 },
  },
  measure: async ({ rounds, many, some, few, posts, loop }) =>
    withHttpServer(async (url) => {
      const [ours, bare] = await Promise.all([bundled('http-ours'), bundled('http-floor')]);
      const series = async <Series extends string>(name: Series, count: number, method = 'GET') => {
        const args = [url, String(count), method];
        return againstFloor(name, rounds, {
          ours: () => ({ argv: [ours, ...args] }),
          floor: { argv: [bare, ...args] },
        });
      };
      return {
        ...(await series('many', many)),
        ...(await series('some', some)),
        ...(await series('few', few)),
        ...(await series('posts', posts, 'POST')),
        ...(await series('loop', loop)),
      };
    }),
});
