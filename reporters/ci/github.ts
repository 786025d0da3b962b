import { shortReason } from '../../runner/core/base/format.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import { aroundRun } from '../around-run.ts';
import type { ReporterContext, ReporterKind } from '../contract.ts';
import { gatherHistories } from '../gathered.ts';
import { formatAnnotation, repositoryPath } from './annotation.ts';
import { formatSummary } from './job-summary.ts';

/** GitHub shows ten errors of a step, and ten warnings; the summary of the job has all of them. */
const MOST_ANNOTATIONS = 10;

/** For GitHub Actions: the summary of the job, and an annotation at each step that did not pass. */
export const github: ReporterKind = {
  name: 'github',
  summary: 'the job summary of GitHub Actions, and annotations',
  text: true,
  appendsTo: 'GITHUB_STEP_SUMMARY',
  only: ['run'],
  open: (context) => githubReporter(context),
};

function githubReporter(context: ReporterContext): Reporter {
  const { out, env, cwd = '.', print } = context;
  const { take, historyOf, ...gathering } = gatherHistories();
  const root = env['GITHUB_WORKSPACE'] ?? cwd;
  return {
    ...gathering,
    name: 'github',
    onEnd: () => {
      const results = take();
      out.write(formatSummary(results, (run) => aroundRun(run, historyOf(run.runId), context)));
      if (env['GITHUB_ACTIONS'] !== 'true') return;
      const annotations = results.flatMap((run) =>
        annotationsOf(run, (file) => repositoryPath(file, { cwd, root })),
      );
      for (const one of annotations.slice(0, MOST_ANNOTATIONS)) print(one);
    },
  };
}

function annotationsOf(run: RunResult, pathOf: (file: string) => string): readonly string[] {
  const bad = run.steps.filter(({ verdict }) => verdict === 'failed' || verdict === 'error');
  if (bad.length > 0) return bad.map((step) => stepAnnotation(run, step, pathOf));
  if (run.reason === '' || (run.verdict !== 'failed' && run.verdict !== 'error')) return [];
  const place = { file: pathOf(run.source), line: 1, column: 1 };
  return [
    formatAnnotation({
      level: 'error',
      ...place,
      title: run.canary,
      message: `${run.verdict}: ${shortReason(run.reason)}`,
    }),
  ];
}

function stepAnnotation(
  { canary }: RunResult,
  { at, name, verdict, reason }: StepResult,
  pathOf: (file: string) => string,
): string {
  return formatAnnotation({
    level: 'error',
    file: pathOf(at.file),
    line: at.line,
    column: at.column,
    title: `${canary}: ${shortReason(name)}`,
    message: `${verdict}: ${shortReason(reason)}`,
  });
}
