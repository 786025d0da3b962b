import type { Part } from './measure/part.ts';
import { command } from './parts/command.ts';
import { functions } from './parts/functions.ts';
import { history } from './parts/history.ts';
import { http } from './parts/http.ts';
import { kit } from './parts/kit.ts';
import { lateness } from './parts/lateness.ts';
import { numbers } from './parts/numbers.ts';
import { pages } from './parts/pages.ts';
import { peers } from './parts/peers.ts';
import { redaction } from './parts/redaction.ts';
import { start } from './parts/start.ts';
import { tap } from './parts/tap.ts';
import { ticks } from './parts/ticks.ts';
import { waiting } from './parts/waiting.ts';
import { watch } from './parts/watch.ts';

/** Each part of the bench, in the order of its table. */
export const PARTS: readonly Part[] = [
  http,
  command,
  start,
  waiting,
  tap,
  watch,
  lateness,
  history,
  ticks,
  redaction,
  numbers,
  pages,
  functions,
  kit,
  peers,
];
