import type { Prices } from './prices.ts';

/** The requests of a run to its inbox: a callback, and the probes before and after it. */
const REQUESTS_PER_RUN = 3;
const GB_SECONDS = 0.05; // a tenth of a second of half a gigabyte
/** A request is counted and written; a run opens its inbox, sets an answer and closes it. */
const WRITES_PER_REQUEST = 2;
const WRITES_PER_RUN = 3;
/** Consistent reads cost two: one by the function, one by the worker. */
const READS_PER_REQUEST = 4;
/** Alarms on the inbox function: its errors and its throttles. */
const ALARMS = 2;

/** The monthly cost of the inboxes of so many runs, and its calculation. */
export function costOfInbox(
  runs: number,
  prices: Prices,
): { readonly dollars: number; readonly how: string } {
  const request =
    prices.lambdaRequest +
    GB_SECONDS * prices.lambdaGbSecond +
    WRITES_PER_REQUEST * prices.dynamodbWrite +
    READS_PER_REQUEST * prices.dynamodbRead;
  const run = REQUESTS_PER_RUN * request + WRITES_PER_RUN * prices.dynamodbWrite;
  return {
    dollars: runs * run + ALARMS * prices.alarmMonth,
    how: `${REQUESTS_PER_RUN} requests a run, probes of ours included; ${ALARMS} alarms`,
  };
}
