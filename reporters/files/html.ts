import type { RunId } from '../../runner/core/base/run-id.ts';
import type { RunInHistory } from '../../runner/core/compare/run-in-history.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { digestOf } from '../../runner/core/notice/failure-digest.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import { renderRunPage, renderRunsPage } from '../../runner/pages/run/run-page.ts';
import type { ReporterContext, ReporterKind } from '../contract.ts';
import { gatherResults } from '../gathered.ts';
import { type LinksFrom, linksOf } from '../links.ts';

/** For people: a page in one file, which needs no server and no script. */
export const html: ReporterKind = {
  name: 'html',
  summary: 'a page for a browser, in one file',
  text: true,
  only: ['run'],
  open: (context) => htmlReporter(context),
};

function htmlReporter({ out, env }: ReporterContext): Reporter {
  const { take, ...gathering } = gatherResults();
  const histories = new Map<RunId, RunInHistory>();
  return {
    ...gathering,
    name: 'html',
    onRunInHistory: (history) => void histories.set(history.runId, history),
    onEnd: () => {
      const around = (run: RunResult) => ({
        ...histories.get(run.runId),
        links: runLinks(run, linksFrom(env)),
      });
      out.write(renderRunsPage(take(), around));
    },
  };
}

/** The page of one run with its history. */
export function formatPage(run: RunResult, history: RunInHistory, env: ReporterContext['env']): string {
  return renderRunPage(run, { ...history, links: runLinks(run, linksFrom(env)) });
}

/** The runner of links, by its environment. */
export function linksFrom(env: ReporterContext['env']): LinksFrom {
  return { region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'], endpoint: env['AWS_ENDPOINT_URL'] };
}

function runLinks(run: RunResult, from: LinksFrom): ReturnType<typeof linksOf> {
  return linksOf({ about: run, run: digestOf(run) }, from);
}
