import { phasePrefix } from '../../core/report/phase-prefix.ts';
import type { DryRun, DryStep } from '../../engine/run/dry-run.ts';

/** A dry run, with its values filled in, as text. */
export function formatDryRun({ canary, environment, faults, steps, cleanup }: DryRun): string {
  return [
    `${canary}  would run in ${environment}; nothing was done`,
    ...faults.map((fault) => `  ? ${fault}`),
    ...steps.map((step) => formatStep(step, phasePrefix(step))),
    ...cleanup.map((step) => formatStep(step, 'cleanup: ')),
  ].join('\n');
}

function formatStep({ name, mode, kind, input, expected }: DryStep, before: string): string {
  const head = mode === 'act' ? kind : `${mode} ${kind}`;
  const asks = expected === undefined ? [] : [`      must have  ${JSON.stringify(expected)}`];
  return [`  ${before}${name}`, `      ${head}  ${JSON.stringify(input)}`, ...asks].join('\n');
}
