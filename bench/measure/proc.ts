import { existsSync, readFileSync } from 'node:fs';

/** Why the kernel's figures of a running process cannot be read here; undefined if they can. */
export const NO_PROC: string | undefined = existsSync('/proc/self/io')
  ? undefined
  : 'it needs /proc of Linux';

/** A tick of the clock in which the kernel gives CPU time (`getconf CLK_TCK`). In milliseconds. */
const TICK_MS = 10;

/** Use of resources by a running process until now. */
export interface UsedSoFar {
  readonly cpuMs: number;
  /** Bytes that it gave to the disk; or to the system, if its files are in memory. */
  readonly bytesWritten: number;
  readonly residentKilobytes: number;
}

/** Reads what the kernel keeps of a process. */
export function usedBy(pid: number): UsedSoFar {
  const of = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const [, times = ''] = of('stat').split(') ');
  const fields = times.split(' ').map(Number);
  const [user = 0, system = 0] = fields.slice(11, 13);
  return {
    cpuMs: (user + system) * TICK_MS,
    bytesWritten: numberIn(of('io'), 'write_bytes') || numberIn(of('io'), 'wchar'),
    residentKilobytes: numberIn(of('status'), 'VmRSS'),
  };
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
}
