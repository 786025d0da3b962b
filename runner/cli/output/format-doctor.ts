import type { Paint } from '../../../reporters/terminal/paint.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import type { Examination } from '../../doctor/examine.ts';
import type { ConcernedFinding, Level } from '../../doctor/question/finding.ts';

/** The findings, and the number of canaries outside the environment. */
export interface DoctorReport extends Examination {
  readonly left: number;
}

export interface ExaminedAccount {
  readonly canaries: readonly Canary[];
  readonly environment: Environment;
}

const MARKS = {
  problem: { mark: '✗', mood: 'failed' },
  doubt: { mark: '!', mood: 'degraded' },
  unchecked: { mark: '?', mood: 'skipped' },
  fine: { mark: '✓', mood: 'passed' },
} as const;

const LEVELS: readonly Level[] = ['problem', 'doubt', 'unchecked', 'fine'];

/** The findings by canary, the worst first; good ones are only counted, unless requested. */
export function formatExamination(
  report: DoctorReport,
  { canaries, environment }: ExaminedAccount,
  how: { readonly isVerbose: boolean; readonly paint: Paint },
): string {
  const shared = report.found.filter(({ canary }) => canary === undefined);
  const parts = canaries.map(({ name, source }) => ({
    head: `${name}  (${source})`,
    found: report.found.filter(({ canary }) => canary === name),
  }));
  const all = [...parts, ...(shared.length === 0 ? [] : [{ head: 'The project', found: shared }])];
  return [
    formatCaller(report, environment),
    ...all.flatMap(({ head, found }) => (found.length === 0 ? [] : ['', head, ...formatFinding(found, how)])),
    '',
    formatCounts(report, canaries.length, environment),
  ].join('\n');
}

/** The findings as JSON. */
export function examinationJson(report: DoctorReport, { canaries, environment }: ExaminedAccount) {
  const json = ({ level, what, why, todo, at }: ConcernedFinding) => ({
    level,
    what,
    ...omitUndefined({ why, todo }),
    ...(at === undefined ? {} : at),
  });
  const of = (name: string | undefined) => report.found.filter(({ canary }) => canary === name).map(json);
  return {
    environment: environment.name,
    ...omitUndefined({ caller: report.caller }),
    canaries: canaries.map(({ name, source }) => ({ name, file: source, found: of(name) })),
    project: of(undefined),
    counts: countsOf(report.found),
  };
}

/** Numbers of findings by level. */
export function countsOf(found: readonly ConcernedFinding[]): Readonly<Record<Level, number>> {
  const count = (level: Level): number => found.filter((one) => one.level === level).length;
  return {
    problem: count('problem'),
    doubt: count('doubt'),
    unchecked: count('unchecked'),
    fine: count('fine'),
  };
}

function formatCaller({ caller }: DoctorReport, { name }: Environment): string {
  if (caller === undefined) return name;
  return `${name}  account ${caller.account}  ${caller.region}  as ${caller.arn}`;
}

function formatFinding(
  found: readonly ConcernedFinding[],
  { isVerbose, paint }: { readonly isVerbose: boolean; readonly paint: Paint },
): readonly string[] {
  const report = LEVELS.filter((level) => isVerbose || level !== 'fine').flatMap((level) =>
    found.filter((one) => one.level === level),
  );
  const well = found.filter(({ level }) => level === 'fine').length;
  const summary = `  ${paint('passed', '✓')} ${well} ${report.length === 0 || isVerbose ? '' : 'other '}${well === 1 ? 'thing is' : 'things are'} well`;
  return [...report.flatMap((one) => formatOne(one, paint)), ...(isVerbose || well === 0 ? [] : [summary])];
}

function formatOne({ level, what, why, todo, at }: ConcernedFinding, paint: Paint): readonly string[] {
  const { mark, mood } = MARKS[level];
  const place =
    at === undefined || level === 'fine' ? '' : `  ${paint('skipped', `${at.file}:${at.line}:${at.column}`)}`;
  const text = level === 'unchecked' ? `not checked: ${what}` : what;
  return [
    `  ${paint(mood, mark)} ${text}${place}`,
    ...(why === undefined ? [] : [`      ${why}`]),
    ...(todo === undefined ? [] : [`      → ${todo}`]),
  ];
}

function formatCounts({ found, left }: DoctorReport, canaries: number, { name }: Environment): string {
  const { problem, doubt, unchecked, fine } = countsOf(found);
  const parts = [
    `${canaries} ${canaries === 1 ? 'canary' : 'canaries'}`,
    ...(left === 0 ? [] : [`${left} not for ${name}`]),
    counted(problem, 'problem'),
    ...(doubt === 0 ? [] : [counted(doubt, 'doubt')]),
    ...(unchecked === 0 ? [] : [`${unchecked} not checked`]),
    `${fine} well`,
  ];
  return `${parts.join(', ')}. Nothing was changed.`;
}

function counted(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`;
}
