import type { AwsClients } from './adapters/aws/clients.ts';
import { referencesOf } from './adapters/references/read-references.ts';
import type { Sources } from './adapters/references/source.ts';
import type { Clock } from './core/base/clock.ts';
import { omitUndefined } from './core/base/omit-undefined.ts';
import type { References } from './core/expression/reference.ts';
import { inEnvironment, keepingSecrets } from './core/expression/resolve-references.ts';
import type { Environment, Project } from './core/model/project.ts';
import { VERSION } from './core/model/version.ts';
import type { Secrets } from './core/redaction/redact.ts';
import type { EarlierRuns } from './engine/engine.ts';
import type { Settings } from './settings.ts';

/** Pieces of which applications are put together, with and without an engine. */

export interface ReferencesFor {
  readonly settings: Settings;
  readonly project: Project;
  readonly environment: Environment;
  readonly sources: Sources;
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

/** References of a project, whose secrets are masked as soon as they are known. */
export function referencesFor({ settings, project, environment, secrets, ...of }: ReferencesFor): References {
  const { env } = settings;
  for (const name of project.secrets) secrets.learn(env[name] ?? '');
  return inEnvironment(environment, keepingSecrets(referencesOf({ ...of, env, project }), secrets));
}

/** Options of the clients of an environment's canaries; without one, the runner's own. */
export function clientOptions({ endpoint, region, env }: Settings, environment: Partial<Environment> = {}) {
  const { role, region: chosen = region } = environment;
  return { env, ...omitUndefined({ endpoint, region: chosen, role }) };
}

/** Account of runs with these settings, as far as settings show, and the version that makes them. Runs elsewhere are no evidence for a resource here. */
export function placeOf({
  endpoint = '',
  region = '',
  env,
}: Settings): Pick<EarlierRuns, 'account' | 'version'> {
  return { account: [endpoint, region, env['AWS_PROFILE'] ?? ''].join(' '), version: VERSION };
}
