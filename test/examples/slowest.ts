import type { ReporterKind } from '../../reporters/contract.ts';
import { visible } from '../../runner/core/base/format.ts';

/** For scripts: a line for each run, with its slowest step. */
export const slowest: ReporterKind = {
  name: 'slowest',
  summary: 'a line for each run, with its slowest step',
  text: true,
  open: ({ out }) => ({
    name: 'slowest',
    onRunEnd: ({ canary, verdict, steps }) => {
      const [step] = steps.toSorted((a, b) => b.durationMs - a.durationMs);
      const last = step === undefined ? 'no step' : `${step.durationMs} ms in ${visible(step.name)}`;
      out.write(`${canary} ${verdict}: ${last}\n`);
    },
  }),
};
