import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LambdaEnvironment } from '../../../runner/lambda/lambda-environment.ts';

/** Calls the handler of a built function in a process of its own. Returns its lines of output, and its answer as the last. */
export async function callBuilt(
  folder: string,
  event: object,
  { env }: Pick<LambdaEnvironment, 'env'>,
): Promise<readonly unknown[]> {
  const script = `require(${JSON.stringify(join(folder, 'index.js'))})
    .handler(${JSON.stringify(event)}, { awsRequestId: 'built', getRemainingTimeInMillis: () => 60000 })
    .then((answer) => { process.stdout.write(JSON.stringify(answer ?? null) + '\\n'); process.exit(0); });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
  });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}
