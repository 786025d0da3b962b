import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleFunction } from '../../runner/deploy/build/bundle-function.ts';
import type { FunctionName } from '../../runner/deploy/functions.ts';
import { type Fleet, scheduledIn } from '../../runner/engine/fleet-context.ts';
import { KINDS } from '../../runner/registry.ts';
import { fleetFrom } from '../../test/support/aws/local-stack.ts';

export const ROOT: string = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'dist/bench-functions');

interface Bundled {
  readonly path: string;
  readonly kilobytes: number;
}

/** Bundles a function of the stack for a fleet, as its build does. */
export async function functionFor(name: FunctionName, called: string, fleet: Fleet): Promise<Bundled> {
  const folder = join(FOLDER, `${name}-${called}`);
  mkdirSync(folder, { recursive: true });
  const { bytes } = await bundleFunction(name, fleet, folder);
  return { path: join(folder, 'index.js'), kilobytes: bytes / 1_000 };
}

/** The path of a bundle with nothing but four AWS clients. */
export async function clientsAlone(): Promise<string> {
  const outfile = join(FOLDER, 'clients.js');
  const names = ['dynamodb', 'sqs', 'sns', 'eventbridge'];
  const contents = names.map((name) => `export * as ${name} from '@aws-sdk/client-${name}';`).join('\n');
  await build({
    stdin: { contents, resolveDir: ROOT },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  return outfile;
}

/** A fleet of one HTTP check. */
export function httpFleet(url: string): Fleet {
  return fleetFrom({
    'coalmine.config.yaml':
      'project: bench\nchannels: { mail: { sns: "arn:aws:sns:us-east-1:000000000000:a" } }\n',
    'bench.canary.yaml': `canary: bench\nowner: bench\nschedule: { every: 1m }\ntimeout: 20s\nalert: { to: [mail] }\nsteps:\n  - http: GET ${url}\n    response:\n      body: { status: ok }\n`,
  });
}

/** A fleet with every kind, each a step. It never runs. */
export function fleetOfEveryKind(): Fleet {
  const { project, environment, canaries } = httpFleet('http://example.com/');
  const [first] = canaries;
  if (first === undefined) throw new Error('there is no canary');
  const [step] = first.steps;
  const kinds = Object.keys({ ...KINDS.verbs, ...KINDS.nouns });
  const steps = kinds.map((kind) => ({ ...step, kind }) as (typeof first.steps)[0]);
  return { project, environment, canaries: scheduledIn([{ ...first, steps }], environment) };
}
