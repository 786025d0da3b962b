import { spawn } from 'node:child_process';
import type { resourceUsage } from 'node:process';

/** Resources used by a process. */
export interface Used {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakKilobytes: number;
}

/** Runs a script of this folder, or any arguments to Node, as a process of its own, and returns its use of resources. */
export async function measure(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Used> {
  const startedAtMs = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', new URL('../dist/bench/usage.mjs', import.meta.url).href, ...argv],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    },
  );
  let usageText = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => (usageText += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const wallMs = performance.now() - startedAtMs;
  const usage = JSON.parse(usageText) as ReturnType<typeof resourceUsage>;
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${String(code)}`);
  return { wallMs, cpuMs: (usage.userCPUTime + usage.systemCPUTime) / 1_000, peakKilobytes: usage.maxRSS };
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** A row of the table that the benchmark prints. */
export interface Row {
  readonly figure: string;
  readonly ours: string;
  readonly goal: string;
  readonly met: boolean;
}

/** A ratio of medians over rounds A B A B, compared with a goal. */
export function ratioRow(
  figure: string,
  ours: readonly number[],
  floor: readonly number[],
  goal: number,
): Row {
  const ratio = median(ours.map((one, round) => one / (floor[round] as number)));
  return { figure, ours: `${ratio.toFixed(2)}×`, goal: `≤ ${goal}×`, met: ratio <= goal };
}
