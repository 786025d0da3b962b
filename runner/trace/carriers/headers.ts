import { outgoing } from '../ids/context.ts';
import { headersOf } from './write.ts';

/** Headers for the application's own HTTP requests; empty outside of any work. AppSync and AppSync Events take them too. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const context = outgoing();
  return context === undefined ? {} : headersOf(context);
}
