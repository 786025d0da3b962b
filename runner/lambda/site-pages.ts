import { siteBucket } from '../adapters/runtime/site-bucket.ts';
import { thrownMessage } from '../core/base/errors.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { SiteUpdate } from '../site/update-site.ts';
import type { Deployment } from './deployment.ts';
import { type Invocation, type LambdaEnvironment, log } from './lambda-environment.ts';

/** The pages of the state in the stack's bucket. */
export interface SitePages {
  /** Writes what changed, within the time of an invocation. A fault is logged. */
  update(lastTickMs: number | undefined, invocation: Invocation): Promise<void>;
}

/** The pages of no further canary are begun within this time before the end of an invocation. In milliseconds. */
const NO_MORE_MS = 10_000;
/** The invocation ends this long before its time, whatever is written. In milliseconds. */
const SPARE_MS = 5_000;

type Updater = (ask: {
  readonly nowMs: number;
  readonly lastTickMs?: number;
  mayGoOn(): boolean;
}) => Promise<SiteUpdate>;

/** The pages of a container; undefined if the stack has no bucket for them. */
export function sitePages(deployment: Deployment, around: LambdaEnvironment): SitePages | undefined {
  const { clock, settings } = deployment;
  const { siteBucket: bucket } = settings;
  if (bucket === undefined) return undefined;
  let updater: Promise<Updater> | undefined;
  const write = async (lastTickMs: number | undefined, endMs: number): Promise<void> => {
    updater ??= updaterOf(deployment, bucket);
    const nowMs = clock.nowMs();
    const mayGoOn = (): boolean => clock.nowMs() < endMs - NO_MORE_MS;
    const { faults } = await (await updater)({ nowMs, mayGoOn, ...omitUndefined({ lastTickMs }) });
    if (faults.length > 0)
      log(around, 'WARN', `Pages of ${faults.length} canaries were not written: ${thrownMessage(faults[0])}`);
  };
  let writing: Promise<void> | undefined;
  return {
    update: async (lastTickMs, invocation) => {
      const endMs = clock.nowMs() + invocation.getRemainingTimeInMillis();
      if (endMs - clock.nowMs() < NO_MORE_MS) return;
      writing ??= write(lastTickMs, endMs)
        .catch((thrown: unknown) => log(around, 'WARN', `Pages were not written: ${thrownMessage(thrown)}`))
        .finally(() => {
          writing = undefined;
        });
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.at(endMs - SPARE_MS, resolve);
      await Promise.race([writing, promise]);
      cancel();
    },
  };
}

async function updaterOf({ fleet, store, own }: Deployment, bucket: string): Promise<Updater> {
  const { siteUpdater } = await import('../site/update-site.ts');
  return siteUpdater({ ...fleet, ...store }, siteBucket({ clients: own, bucket }));
}
