import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;

const sinks = new AsyncLocalStorage<(line: string) => void>();
let patched: Console | undefined;

/** Runs a handler whose lines on the console go to a sink, as Lambda sends them to its log group. Other lines are not touched. */
export function withLog<T>(sink: (line: string) => void, work: () => T): T {
  if (patched !== console) patchConsole();
  return sinks.run(sink, work);
}

function patchConsole(): void {
  patched = console;
  for (const method of METHODS) {
    const original = console[method].bind(console);
    console[method] = (...said: readonly unknown[]) => {
      const sink = sinks.getStore();
      if (sink === undefined) original(...said);
      else sink(format(...said));
    };
  }
}
