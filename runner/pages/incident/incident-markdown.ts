import { formatSecond, isoSecond, visible, visibleJson } from '../../core/base/format.ts';
import type { Comparison } from '../../core/compare/comparison.ts';
import { code } from '../../core/dossier/markdown.ts';
import type { IncidentView } from '../../core/incident/incident-view.ts';
import type { StoryEvent } from '../../core/incident/story.ts';
import { changesLines } from '../../core/report/format-changes.ts';
import { lastedOf, titleOf } from './title.ts';

/** The beginning of a post-mortem, as Markdown: the facts are filled in, and the questions are left to people. */
export function incidentMarkdown(view: IncidentView): string {
  const { reason, others, comparison, changes } = view;
  return `${[
    `# ${line(titleOf(view))}`,
    '',
    ...factLines(view),
    '',
    '## What was seen',
    '',
    reason === '' ? 'No reason is known.' : line(reason),
    ...(comparison === undefined ? [] : ['', ...differences(comparison)]),
    ...(changes === undefined
      ? []
      : [
          '',
          'Between the last pass and the first failure:',
          '',
          ...changesLines(changes).map((one) => `- ${line(one)}`),
        ]),
    ...(others.length === 0
      ? []
      : [
          '',
          'Open at the same cause:',
          '',
          ...others.map((one) => `- ${code(one.canary)} since ${formatSecond(one.sinceMs)}`),
        ]),
    '',
    '## Timeline (UTC)',
    '',
    '| When | What |',
    '|---|---|',
    ...view.story.map((event) =>
      tableRow(isoSecond(event.atMs).slice(0, 19).replace('T', ' '), eventText(event)),
    ),
    '',
    '## Impact',
    '',
    '## Cause',
    '',
    '## What helped, and what did not',
    '',
    '## Actions',
  ].join('\n')}\n`;
}

function factLines(view: IncidentView): readonly string[] {
  const { id, about, severity, cause, sinceMs, closedAtMs, isOpen, runs } = view;
  const ended = isOpen === true ? 'it is open' : 'not known';
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Incident', code(id)],
    ['Owner', line(about.owner)],
    ['Severity', severity],
    ['Cause, as far as Coalmine sees', cause && code(cause)],
    ['Began', formatSecond(sinceMs)],
    ['Ended', closedAtMs === undefined ? ended : formatSecond(closedAtMs)],
    ['Lasted', lastedOf(view)],
    ['Runs against it', runs?.toString()],
    ['Runbook', about.runbook && line(about.runbook)],
  ];
  return facts.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [`- ${label}: ${value}`],
  );
}

function eventText({ kind, text, outcome, count = 1, runId }: StoryEvent): string {
  if (kind !== 'run') return line(text);
  const many = count > 1 ? ` ×${count}` : '';
  const run = runId === undefined ? '' : ` (run ${runId})`;
  return `${outcome}${many}${text === '' ? '' : `: ${line(text)}`}${run}`;
}

function differences({ fields, hops }: Comparison): readonly string[] {
  const rows = [
    ...hops.map(({ step, hop, is }) =>
      tableRow(line(step), line(hop), is === 'new' ? 'not seen' : 'seen', is === 'new' ? 'seen' : is),
    ),
    ...fields.map(({ step, path, operator, before, now }) => {
      const values = [before, now].map((value) =>
        value === undefined ? 'missing' : code(visibleJson(value), LONGEST_VALUE),
      );
      return tableRow(line(step), line(path === '' ? (operator ?? 'content') : path), ...values);
    }),
  ];
  return rows.length === 0
    ? []
    : ['| Step | Field | Last pass | First failure |', '|---|---|---|---|', ...rows];
}

const LONGEST_VALUE = 200; // characters of JSON

const LONGEST_TEXT = 1_000; // UTF-16 units
/** Words and punctuation that mean nothing to Markdown. Not among them: `@`, `#`, `_`, `*`, `<`, `|`, `\`, backticks. */
const PLAIN = /^(?!.*(?:\/\/|www\.))(?!\d+[.)])[\p{L}\p{N}"'(][\p{L}\p{N} ,.;:()'"/%=-]*$/iu;

/** A text on one line. One that could be a link, a mention, a heading, a list or a tag is code, in which nothing takes effect. */
function line(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const isPlain = flat === '' || (PLAIN.test(flat) && visible(flat) === flat);
  return isPlain ? flat : code(flat, LONGEST_TEXT);
}

/** A text as a cell of a table: no bar in it begins a column, not even in code or behind a backslash. */
function cell(text: string): string {
  return text.replace(/(\\*)\|/g, '$1$1\\|');
}

function tableRow(...cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}
