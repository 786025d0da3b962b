import { join } from 'node:path';
import { inTurn } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { measureNode, resultOf, withFolder } from '../measure/processes.ts';
import { COALMINE, namesOf, writeProject } from '../measure/project.ts';

const CANARIES = 100;
/** The digits of a run id that people type. */
const DIGITS = 12;
/** The exit code for runs that did not pass, as those of the file. */
const BAD = 1;

/** Commands that read a state file with a million slots, as processes. */
export const history = partOf({
  name: 'history',
  about: 'commands on a state file with a million slots of 100 canaries',
  figures: {
    history: { name: '`coalmine history`, a million slots: CPU', unit: 'ms', atMost: 300 },
    ofOne: { name: '`coalmine history --canary`, a million slots: CPU', unit: 'ms', atMost: 300 },
    show: {
      name: '`coalmine show` of 12 digits, a million slots: CPU',
      unit: 'ms',
      atMost: 300,
      missed: {
        cause: 'a run may begin a day after its slot, so it searches the 144,000 records of a day',
        best: 1_900,
      },
    },
    status: {
      name: '`coalmine status`, a million slots: CPU',
      unit: 'ms',
      atMost: 500,
    },
  },
  sizes: {
    full: { rounds: 7, slots: 1_000_000 },
    quick: { rounds: 3, slots: 100_000 },
    tiny: { rounds: 1, slots: 300 },
  },
  measure: async ({ rounds, slots }) =>
    withFolder(async (cwd) => {
      writeProject(cwd, { names: namesOf(CANARIES), url: 'http://127.0.0.1:9/', everySeconds: 60 });
      const state = join(cwd, 'state.sqlite');
      const { runId } = await resultOf<{ readonly runId: string }>('history-rows.ts', [
        state,
        slots,
        CANARIES,
      ]);
      const cpuMs = async (...argv: readonly string[]) =>
        (await measureNode([COALMINE, ...argv, '--state', state], { cwd, codes: [0, BAD] })).cpuMs;
      return inTurn(rounds, {
        history: async () => cpuMs('history'),
        ofOne: async () => cpuMs('history', '--canary', 'bench-7'),
        show: async () => cpuMs('show', runId.slice(0, DIGITS)),
        status: async () => cpuMs('status'),
      });
    }),
});
