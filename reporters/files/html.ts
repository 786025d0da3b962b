import type { Reporter } from '../../runner/core/report/reporter.ts';
import { renderRunsPage } from '../../runner/pages/run/run-page.ts';
import { aroundRun } from '../around-run.ts';
import type { ReporterContext, ReporterKind } from '../contract.ts';
import { gatherHistories } from '../gathered.ts';

/** For people: a page in one file, which needs no server and no script. */
export const html: ReporterKind = {
  name: 'html',
  summary: 'a page for a browser, in one file',
  text: true,
  only: ['run'],
  open: (context) => htmlReporter(context),
};

function htmlReporter({ out, ...context }: ReporterContext): Reporter {
  const { take, historyOf, ...gathering } = gatherHistories();
  return {
    ...gathering,
    name: 'html',
    onEnd: () => {
      const results = take();
      out.write(renderRunsPage(results, (run) => aroundRun(run, historyOf(run.runId), context)));
    },
  };
}
