import type { ReporterKind } from '../../reporters/contract.ts';
import { clean } from '../../reporters/format-check.ts';

/** For scripts: a line for each run, with its slowest step. */
export const slowest: ReporterKind = {
  name: 'slowest',
  summary: 'a line for each run, with its slowest step',
  text: true,
  open: ({ out }) => ({
    name: 'slowest',
    onRunEnd: ({ canary, verdict, steps }) => {
      const [step] = steps.toSorted((a, b) => b.durationMs - a.durationMs);
      const last = step === undefined ? 'no step' : `${step.durationMs} ms in ${clean(step.name)}`;
      out.write(`${canary} ${verdict}: ${last}\n`);
    },
  }),
};
