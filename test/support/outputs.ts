import { github } from '../../reporters/ci/github.ts';
import { html } from '../../reporters/files/html.ts';
import { json } from '../../reporters/files/json.ts';
import { junit } from '../../reporters/files/junit.ts';
import { log } from '../../reporters/metrics/log.ts';
import { console } from '../../reporters/terminal/console.ts';
import { pictureOf } from '../../reporters/terminal/live.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import { otlp } from '../../reporters/traces/otlp.ts';
import { formatDryRun } from '../../runner/cli/output/format-dry-run.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Post } from '../../runner/core/network/post.ts';
import type { Secrets } from '../../runner/core/redaction/redact.ts';
import type { DryRun } from '../../runner/engine/run/dry-run.ts';
import { toHavePassed } from '../../runner/library/to-have-passed.ts';
import { digestOf, noticeOf } from './alerts/notices.ts';
import { CHANNELS, handedOver } from './alerts/notifying.ts';
import { coalmine } from './command.ts';
import { type ReportedEvent, reportOf } from './run/reporting.ts';

/** Outcome of a run in which a secret turned up at every place that other systems can fill. */
export interface LeakProbe {
  readonly result: RunResult;
  readonly reported: readonly ReportedEvent[];
  readonly dryRun: DryRun;
  /** The encoded secret, in each context, for outputs without a run. */
  readonly texts: readonly string[];
  readonly secrets: Secrets;
}

/** Every output of the process, by name, with its text about a run. A new reporter or notifier gets a row. */
export const OUTPUTS: Readonly<Record<string, (spill: LeakProbe) => string | Promise<string>>> = {
  'console report': ({ result }) => reportOf(console, [result]),
  'JSON report': ({ result }) => reportOf(json, [result]),
  'HTML report': ({ result }) => reportOf(html, [result]),
  'JUnit report': ({ result }) => reportOf(junit, [result]),
  'job summary': ({ result }) => reportOf(github, [result]),
  annotations: async ({ result }) => {
    const lines: string[] = [];
    const env = { GITHUB_ACTIONS: 'true' };
    await reportOf(github, [result], { env, print: (line) => void lines.push(line) });
    return lines.join('\n');
  },
  'message of a matcher': ({ result }) => toHavePassed.call(undefined, result).message(),
  'log lines': ({ result }) => reportOf(log, [result]),
  'exported trace': async ({ result }) => {
    const bodies: string[] = [];
    const post: Post = async ({ body }) => {
      bodies.push(String(body));
      return { status: 200, body: '{}' };
    };
    await reportOf(otlp, [result], { post });
    return bodies.join('\n');
  },
  'live display': ({ reported }) => {
    const picture = pictureOf(painter(false));
    return reported
      .map(({ event, value }) => {
        if (event === 'onStepStart') void picture.onStepStart(value);
        if (event === 'onStepPoll') void picture.onStepPoll(value);
        if (event === 'onStepEnd') void picture.onStepEnd(value);
        return picture.frame(10_000);
      })
      .join('\n');
  },
  'reported events': ({ reported }) => JSON.stringify(reported),
  'result, as a store keeps it': ({ result }) => JSON.stringify(result),
  evidence: ({ result }) =>
    result.steps.flatMap(({ evidence }) => evidence.map(({ data }) => JSON.stringify(data))).join('\n'),
  'reasons of errors': ({ result }) =>
    [result, ...result.steps, ...result.cleanup].map(({ reason }) => reason).join('\n'),
  'dry run': ({ dryRun }) => formatDryRun(dryRun),
  'messages of every channel': async ({ texts, secrets: { redactor } }) => {
    const [first = '', second = '', reason = '', hop = '', last = '', name = ''] = texts;
    const check = { operator: 'equals', ok: false, path: first, expected: first, actual: second };
    const run = digestOf({
      reason,
      step: {
        name,
        kind: 'event',
        hop,
        at: { file: 'a', line: 1, column: 1 },
        quotes: [first, second],
        failed: [check],
      },
      lastSeen: { hop: last, afterMs: 1 },
    });
    const notice = noticeOf({ run, reason: first });
    const sent = await Promise.all(
      Object.values(CHANNELS).map((channel) => handedOver(channel, notice, { redactor })),
    );
    return JSON.stringify(sent.map(({ posts, commands }) => [posts, commands]));
  },
  'standard error': async ({ texts, secrets }) => {
    const printed = await coalmine([texts.join('\n')], { secrets });
    return printed.stderr;
  },
  'stack of a bug': async ({ texts, secrets }) => {
    const stdout = {
      write: () => {
        throw new Error(texts.join('\n'));
      },
    };
    return (await coalmine(['schema'], { stdout, secrets })).stderr;
  },
};
