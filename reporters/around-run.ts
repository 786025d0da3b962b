import type { RunInHistory } from '../runner/core/compare/run-in-history.ts';
import type { AroundDossier } from '../runner/core/dossier/around.ts';
import type { RunResult } from '../runner/core/model/run-result.ts';
import { digestOf } from '../runner/core/notice/failure-digest.ts';
import type { ReporterContext } from './contract.ts';
import { type LinksFrom, linksOf } from './links.ts';
import { stepSources } from './step-sources.ts';

/** Everything that a page or a dossier shows next to a run: its history, links for the investigation, and the lines of its steps. */
export function aroundRun(
  run: RunResult,
  history: RunInHistory | undefined,
  { env, cwd = '.' }: Pick<ReporterContext, 'env' | 'cwd'>,
): Partial<RunInHistory> & AroundDossier {
  const links = linksOf({ about: run, run: digestOf(run) }, linksFrom(env));
  return { ...history, links, sources: stepSources(run, cwd) };
}

function linksFrom(env: ReporterContext['env']): LinksFrom {
  return { region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'], endpoint: env['AWS_ENDPOINT_URL'] };
}
