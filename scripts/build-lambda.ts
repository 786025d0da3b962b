import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templateOf } from '../infra/stack/index.ts';
import { type BundledFunction, bundleFunction, MOST_BYTES } from '../runner/deploy/build/bundle-function.ts';
import { findFleet } from '../runner/deploy/build/find-fleet.ts';
import { type FunctionName, functionsOf } from '../runner/deploy/functions.ts';
import { fleetRequestIn } from './fleet-request.ts';

/**
 * `node scripts/build-lambda.ts [function folder]`: bundles one function of the stack into a folder, for `sam build`. Without a
 * function it bundles all of them below dist/lambda, and none may be over the budget. A fault ends it with exit code 1.
 */
const ROOT = join(import.meta.dirname, '..');

async function buildAll([asked, folder]: readonly string[]): Promise<readonly string[]> {
  const found = findFleet(fleetRequestIn(process.env));
  if ('faults' in found) return found.faults;
  const { fleet } = found;
  const all = functionsOf(fleet);
  const wanted = all.filter((name) => asked === undefined || name === asked);
  if (wanted.length === 0) return [`There is no function '${asked}'. There are ${all.join(', ')}.`];
  if (readFileSync(join(ROOT, 'template.yaml'), 'utf8') !== templateOf(fleet))
    return [
      "template.yaml does not grant what the canaries need now. Run 'npm run generate' with the same COALMINE_ENV and COALMINE_CANARIES, and build again.",
    ];
  const faults: string[] = [];
  for (const name of wanted) {
    const bundled = await bundleFunction(name, fleet, folder ?? join(ROOT, 'dist/lambda', name));
    process.stdout.write(`${formatBundled(bundled)}\n`);
    if (asked === undefined && bundled.bytes > MOST_BYTES)
      faults.push(
        `The ${name} function has ${kilobytes(bundled.bytes)}, more than ${kilobytes(MOST_BYTES)}.`,
      );
  }
  const { project, environment, canaries } = fleet;
  const many = `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'}`;
  process.stdout.write(`${many} of project ${project.name} in environment ${environment.name}\n`);
  return faults;
}

function formatBundled({ name, bytes, fleetBytes }: BundledFunction): string {
  return `${(name satisfies FunctionName).padEnd(12)} ${kilobytes(bytes)}, and ${kilobytes(fleetBytes)} of canaries`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_024)} kB`;
}

const faults = await buildAll(process.argv.slice(2));
for (const fault of faults) process.stderr.write(`${fault}\n\n`);
if (faults.length > 0) process.exitCode = 1;
