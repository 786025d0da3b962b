import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Output, Reporter } from '../../../reporters/contract.ts';
import { jsonReporter } from '../../../reporters/files/json.ts';
import { junitReporter } from '../../../reporters/files/junit.ts';
import { consoleReporter } from '../../../reporters/terminal/console.ts';
import { painter, wantsColour } from '../../../reporters/terminal/paint.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import type { Progress } from '../../core/model/progress.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { type Io, UsageError } from '../setup/io.ts';

/** All reporters of one command, as one. */
export interface Reporters {
  progress(progress: Progress): void;
  end(results: readonly RunResult[]): Promise<void>;
}

const NAMES = ['console', 'json', 'junit', 'cloudwatch'];

/** Reporters without output. */
const SILENT = ['cloudwatch'];

/**
 * Makes reporters from NAME or NAME:FILE; the console by default. Only one reporter may write to standard output.
 * @throws UsageError for an unknown name, and for two reporters on standard output.
 */
export async function reportersFor(asked: readonly string[], io: Io): Promise<Reporters> {
  const specs = (asked.length === 0 ? ['console'] : asked).map(split);
  const plain = specs.filter(({ name, file }) => file === undefined && !SILENT.includes(name));
  if (plain.length > 1)
    throw new UsageError(
      'Two reporters on standard output would mix. Give one of them a file: --reporter junit:report.xml.',
    );
  const made = await Promise.all(specs.map(async (spec) => makeReporter(spec, io)));
  return {
    progress: (progress) => {
      for (const { reporter } of made) reporter.progress?.(progress);
    },
    end: async (results) => {
      for (const { reporter, finish } of made) {
        await reporter.end(results);
        finish();
      }
    },
  };
}

interface Spec {
  readonly name: string;
  readonly file: string | undefined;
}

function split(spec: string): Spec {
  const [name = '', ...rest] = spec.split(':');
  if (NAMES.includes(name)) return { name, file: rest.length === 0 ? undefined : rest.join(':') };
  const meant = didYouMean(name, NAMES);
  throw new UsageError(
    `There is no reporter '${name}'. ${meant === undefined ? `There are ${NAMES.join(', ')}.` : `Did you mean '${meant}'?`}`,
  );
}

interface OpenReporter {
  readonly reporter: Reporter;
  finish(): void;
}

async function makeReporter({ name, file }: Spec, io: Io): Promise<OpenReporter> {
  if (name === 'cloudwatch') {
    const { cloudwatchReporter } = await import('./publish-metrics.ts');
    return { reporter: await cloudwatchReporter(io), finish: () => {} };
  }
  if (file === undefined && name === 'console') return onTerminal(io);
  const parts: string[] = [];
  const out: Output = file === undefined ? io.stdout : { write: (text) => void parts.push(text) };
  const reporter =
    name === 'json'
      ? jsonReporter(out)
      : name === 'junit'
        ? junitReporter(out)
        : consoleReporter(out, painter(false));
  return {
    reporter,
    finish: () => {
      if (file === undefined) return;
      const full = resolve(io.cwd, file);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, parts.join(''));
    },
  };
}

/** A terminal shows pending checks live; any other output has plain lines. */
async function onTerminal(io: Io): Promise<OpenReporter> {
  const interactive = io.stdout.isTTY === true;
  const paint = painter(wantsColour(io.env, interactive));
  if (!interactive || io.env['TERM'] === 'dumb' || (io.env['CI'] ?? '') !== '')
    return { reporter: consoleReporter(io.stdout, paint), finish: () => {} };
  const { liveDisplay } = await import('../../../reporters/terminal/live.ts');
  const live = liveDisplay(io.stdout as unknown as NodeJS.WriteStream, paint);
  const printed = consoleReporter(io.stdout, paint, live.around);
  const reporter: Reporter = {
    name: 'console',
    progress: (progress) => {
      live.progress(progress);
      printed.progress?.(progress);
    },
    end: async (results) => {
      live.stop();
      await printed.end(results);
    },
  };
  return { reporter, finish: () => {} };
}
