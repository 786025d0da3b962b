import { BREAKS } from '../../examples/shop/breaks.ts';
import { deployShop } from '../../examples/shop/deploy.ts';
import type { LocalAws } from '../../infra/local-aws/index.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { coalmine } from '../support/command.ts';

export const CANARY = 'canaries/shop/order-reaches-warehouse.canary.yaml';

/** Outcome of the canary that follows an order to the warehouse. */
export interface Ran {
  readonly run: RunResult;
  readonly code: number;
}

/** Deploys the shop, in good order or with a break, and runs the canary once. */
export async function runShop(aws: LocalAws, broken?: string, canary = CANARY): Promise<Ran> {
  const shop = await deployShop(aws, broken === undefined ? undefined : BREAKS[broken]);
  const env = { ...process.env, ...shop.variables };
  const made = await coalmine(['tap', canary], { env });
  if (made.code !== 0) throw new Error(made.stderr);
  const { code, stdout } = await coalmine(['run', canary, '--reporter', 'json'], { env });
  const { runs } = JSON.parse(stdout) as { readonly runs: readonly [RunResult] };
  return { run: runs[0], code };
}
