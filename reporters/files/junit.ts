import { REPLACED, visibleLines } from '../../runner/core/base/format.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import { formatCheck, otherLines } from '../../runner/core/report/format-check.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import { withUniqueNames } from '../../runner/core/report/unique-names.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';
import type { Output, ReporterKind } from '../contract.ts';
import { gatherResults } from '../gathered.ts';

/** For CI systems: a JUnit XML file. */
export const junit: ReporterKind = {
  name: 'junit',
  summary: 'JUnit XML for CI systems',
  text: true,
  only: ['run'],
  open: ({ out }) => junitReporter(out),
};

/**
 * For CI systems: a JUnit XML file, one suite a canary, one case a step. `failed` is a failure, `error` an error, so that the system's
 * fault and our own stay apart there too.
 */
export function junitReporter(out: Output): Reporter {
  const { take, ...gathering } = gatherResults();
  return {
    ...gathering,
    name: 'junit',
    onEnd: () => {
      const runs = take();
      const all = { name: 'coalmine', ...countsOf(runs) };
      const suites = runs.map(suite).join('');
      out.write(
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributesText(all)}>\n${suites}</testsuites>\n`,
      );
    },
  };
}

function countsOf(runs: readonly RunResult[]): Readonly<Record<string, string | number>> {
  const verdicts = runs.flatMap((run) => [
    ...(run.reason === '' ? [] : [run.verdict]),
    ...run.steps.map((step) => step.verdict),
  ]);
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  return {
    tests: verdicts.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(runs.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
}

function suite(run: RunResult): string {
  const cases = [
    ...(run.reason === '' ? [] : [wholeRun(run)]),
    ...withUniqueNames(run.steps).map((step) => testCase(run, step)),
  ];
  const attributes = {
    name: run.canary,
    ...countsOf([run]),
    timestamp: new Date(run.startedAtMs).toISOString(),
  };
  const properties = {
    runId: run.runId,
    environment: run.environment,
    owner: run.owner,
    ...(run.runbook === undefined ? {} : { runbook: run.runbook }),
    verdict: run.verdict,
    ...(run.continuity === undefined ? {} : { idContinuity: formatContinuity(run.continuity) }),
  };
  const listed = Object.entries(properties).map(
    ([name, value]) => `      <property${attributesText({ name, value })}/>\n`,
  );
  return `  <testsuite${attributesText(attributes)}>\n    <properties>\n${listed.join('')}    </properties>\n${cases.join('')}${leftoversOf(run)}  </testsuite>\n`;
}

/** The cleanup steps that did not succeed. They change no verdict, so they are no cases, and may have left things behind. */
function leftoversOf(run: RunResult): string {
  const lines = run.cleanup
    .filter(({ verdict }) => verdict === 'failed' || verdict === 'error')
    .map((step) => `cleanup '${step.name}' did not succeed: ${step.reason} (${placeOf(step)})`);
  return lines.length === 0 ? '' : `    <system-out>${text(lines.join('\n'))}</system-out>\n`;
}

function wholeRun(run: RunResult): string {
  const attributes = { message: run.reason, type: run.blame ?? '' };
  const body = `      <${run.verdict === 'failed' ? 'failure' : 'error'}${attributesText(attributes)}/>\n`;
  return `    <testcase${attributesText({ name: 'the run', classname: run.canary, time: 0 })}>\n${body}    </testcase>\n`;
}

function testCase(run: RunResult, step: StepResult): string {
  const attributes = {
    name: step.name,
    classname: run.canary,
    time: seconds(step.durationMs),
    file: step.at.file,
    line: step.at.line,
  };
  const body = outcome(run, step);
  return body === ''
    ? `    <testcase${attributesText(attributes)}/>\n`
    : `    <testcase${attributesText(attributes)}>\n${body}    </testcase>\n`;
}

function outcome(run: RunResult, step: StepResult): string {
  switch (step.verdict) {
    case 'passed':
      return '';
    case 'degraded':
      return `      <system-out>${text(`degraded: ${step.reason}`)}</system-out>\n`;
    case 'skipped':
      return `      <skipped${attributesText({ message: step.reason })}/>\n`;
    case 'failed':
    case 'error': {
      const lines = [
        step.reason,
        placeOf(step),
        step.hop,
        ...step.checks.filter(({ ok }) => !ok).map(formatCheck),
        ...step.nearby,
        ...otherLines(
          step.reason,
          step.quotes.map((quote) => quote.text),
        ).map((line) => `content: ${line}`),
        `run ${run.runId}`,
      ];
      const tag = step.verdict === 'failed' ? 'failure' : 'error';
      const attributes = { message: step.reason, type: step.blame ?? '' };
      return `      <${tag}${attributesText(attributes)}>${text(lines.filter(Boolean).join('\n'))}</${tag}>\n`;
    }
  }
}

function placeOf({ at }: StepResult): string {
  return `${at.file}:${at.line}`;
}

function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${text(String(value))}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** Escaped for XML 1.0, in which most control characters cannot stand at all. Nothing is hidden in it. */
function text(value: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return visibleLines(value.replaceAll('\u001b', REPLACED))
    .replace(/[\ufffe\uffff]/g, REPLACED)
    .replace(/[&<>"]/g, (one) => names[one] as string);
}
