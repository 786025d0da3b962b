import { jsonReporter } from '../../reporters/files/json.ts';
import { junitReporter } from '../../reporters/files/junit.ts';
import { consoleReporter } from '../../reporters/terminal/console.ts';
import { pictureOf } from '../../reporters/terminal/live.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import { formatDryRun } from '../../runner/cli/output/format-dry-run.ts';
import type { Progress } from '../../runner/core/model/progress.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Secrets } from '../../runner/core/redaction/redact.ts';
import type { DryRun } from '../../runner/engine/run/dry-run.ts';
import { digestOf, noticeOf } from './alerts/notices.ts';
import { CHANNELS, handedOver } from './alerts/notifying.ts';
import { coalmine } from './command.ts';

/** Outcome of a run in which a secret turned up at every place that other systems can fill. */
export interface LeakProbe {
  readonly result: RunResult;
  readonly progress: readonly Progress[];
  readonly dryRun: DryRun;
  /** The encoded secret, in each context, for outputs without a run. */
  readonly texts: readonly string[];
  readonly secrets: Secrets;
}

/** Every output of the process, by name, with its text about a run. A new reporter or notifier gets a row. */
export const OUTPUTS: Readonly<Record<string, (spill: LeakProbe) => string | Promise<string>>> = {
  'console report': ({ result }) =>
    written((out) => {
      const reporter = consoleReporter(out, painter(false));
      reporter.progress?.({ type: 'run-ended', result });
      return reporter.end([result]);
    }),
  'JSON report': ({ result }) => written((out) => jsonReporter(out).end([result])),
  'JUnit report': ({ result }) => written((out) => junitReporter(out).end([result])),
  'live display': ({ progress }) => {
    const picture = pictureOf(painter(false));
    return progress
      .map((one) => {
        picture.progress(one);
        return picture.frame(10_000);
      })
      .join('\n');
  },
  'progress events': ({ progress }) => JSON.stringify(progress),
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
        said: [first, second],
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

async function written(
  report: (out: { write(text: string): void }) => Promise<void> | void,
): Promise<string> {
  const parts: string[] = [];
  await report({ write: (text) => void parts.push(text) });
  return parts.join('');
}
