import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The command line, as it is installed; `npm run prepare` builds it. */
export const COALMINE: string = join(import.meta.dirname, '../../dist/coalmine.mjs');

export interface ProjectOf {
  /** The names of its canaries. */
  readonly names: readonly string[];
  readonly url: string;
  /** The time between two runs, in seconds. @default no schedule */
  readonly everySeconds?: number;
}

/** So many names of canaries. */
export function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `bench-${number}`);
}

/** Its channel is used by no canary that passes. */
const PROJECT = 'project: bench\nchannels: { mail: { sns: "arn:aws:sns:us-east-1:000000000000:bench" } }\n';

/** Writes a project with a file for each canary of one HTTP check. */
export function writeProject(folder: string, { names, url, everySeconds }: ProjectOf): void {
  mkdirSync(join(folder, 'canaries'), { recursive: true });
  writeFileSync(join(folder, 'coalmine.config.yaml'), PROJECT);
  const schedule =
    everySeconds === undefined
      ? ''
      : `schedule: { every: ${everySeconds}s }\ntimeout: 9s\nalert: { to: [mail] }\n`;
  for (const name of names) {
    const steps = `steps:\n  - http: GET ${url}\n    timeout: 5s\n    response:\n      status: 200\n      body: { status: ok }\n`;
    writeFileSync(
      join(folder, `canaries/${name}.canary.yaml`),
      `canary: ${name}\nowner: bench\n${schedule}${steps}`,
    );
  }
}
